import { configure } from "@testing-library/react-native";
// The lists and bars of libraries have timers of their own, and a promise of the engine may
// settle between two lines of a test. React warns of every update outside of `act`; these
// tests wait for what shows instead, so the warning says nothing about them.

const ACT_WARNING = "An update to %s inside a test was not wrapped in act";

const report = console.error;
console.error = (...told: unknown[]) => {
  if (!String(told[0]).startsWith(ACT_WARNING)) report(...told);
};

/** The engine may wait for a delay of its own before it sends again, by chance up to some seconds. */
const PATIENCE_MS = 10_000;
configure({ asyncUtilTimeout: PATIENCE_MS });
