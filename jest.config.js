// Suites on React Native's own preset. `unit` is pure; the others run on the real engine
// and fail, rather than skip, when build/mailboat.node is missing: `host` its add-on,
// `hooks` the package with React, `testing` what app authors test with.

/** @param {string} name the folder below js/tests */
const suite = (name) => ({
  displayName: name,
  preset: "@react-native/jest-preset",
  testMatch: [`<rootDir>/js/tests/${name}/**/*.test.{ts,tsx}`],
  // Not the folders of Rust and of builds, which hold many thousand files.
  roots: ["<rootDir>/js"],
  moduleNameMapper: {
    "^react-native-mailboat$": "<rootDir>/js/src/index.ts",
    "^react-native-mailboat/(background|components|node|testing)$": "<rootDir>/js/src/$1/index.ts",
  },
});

module.exports = {
  projects: [suite("unit"), suite("host"), suite("hooks"), suite("testing")],
  // Files on the real engine wait for disks and timers more than for a core.
  maxWorkers: 2,
  testTimeout: 30000,
};
