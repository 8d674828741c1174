// The app's own tests: React Native's components on the real engine, through the package's
// Node host. What a finger and a screen need is for e2e/.

const packages = "<rootDir>/node_modules";

/** @type {import("jest").Config} */
module.exports = {
  preset: "jest-expo",
  testMatch: ["<rootDir>/tests/**/*.test.{ts,tsx}"],
  moduleNameMapper: {
    // The package is linked, and its folder has a React of its own: there must be one.
    "^(react|react-native|react-test-renderer)(/.*)?$": `${packages}/$1$2`,
    "^react-native-mailboat$": "<rootDir>/../dist/index.js",
    "^react-native-mailboat/(components|testing)$": "<rootDir>/../dist/$1/index.js",
  },
  setupFilesAfterEnv: ["<rootDir>/tests/setup.ts"],
  testTimeout: 30_000,
};
