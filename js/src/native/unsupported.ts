// What an app hears where the native module is missing: what to do about it, which depends
// on where it runs.

import { mailboatError, type MailboatError } from "../error";

/** Where an app can run without our native module. */
type Place = "expoGo" | "node" | "web" | "build";

/** What tells these places apart. */
interface Surroundings {
  /** Expo's modules in this app; that named `ExpoGo` is in Expo Go and nowhere else. */
  readonly expo?: { readonly modules?: Readonly<Record<string, unknown>> };
  readonly process?: { readonly versions?: { readonly node?: string } };
  readonly document?: unknown;
}

const IN_EXPO_GO =
  "Expo Go holds only the native modules it was built with, and react-native-mailboat is not one " +
  "of them. Make a development build: `npx expo install expo-dev-client`, then " +
  "`npx expo run:android` or `npx expo run:ios`.";

const SENTENCES: Readonly<Record<Place, string>> = {
  expoGo: IN_EXPO_GO,
  web:
    "react-native-mailboat runs on Android and iOS, not in a browser. Do not call " +
    'createMailboat() on the web: put it into a file that ends in ".native.ts", or ask for ' +
    '`Platform.OS !== "web"` first.',
  node:
    "There are no native modules in Node and Jest. In tests use createTestMailboat() from " +
    '"react-native-mailboat/testing", else pass `host: nodeHost()` from "react-native-mailboat/node".',
  build:
    "This build of the app was made before react-native-mailboat was installed. Build it anew: " +
    "`npx expo prebuild --clean` where Expo writes the native projects, then `npx expo run:android` " +
    "or `npx expo run:ios`; without Expo, `pod install` and a new build. Reloading the JavaScript " +
    "is not enough.",
};

/** The error of an app in which the native module is not. */
export function unsupportedHere(): MailboatError {
  return mailboatError("UNSUPPORTED", SENTENCES[placeOf(globalThis as unknown as Surroundings)]);
}

function placeOf({ document, expo, process }: Surroundings): Place {
  if (expo?.modules?.["ExpoGo"] != null) return "expoGo";
  // Before the page: Jest may have a document, too.
  if (process?.versions?.node !== undefined) return "node";
  return document === undefined ? "build" : "web";
}
