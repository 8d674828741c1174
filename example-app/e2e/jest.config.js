// Jest below Detox: one phone, so one file at a time.

/** @type {import("jest").Config} */
module.exports = {
  rootDir: "..",
  roots: ["<rootDir>/e2e"],
  testMatch: ["<rootDir>/e2e/*.test.ts"],
  transform: { "\\.ts$": "babel-jest" },
  testTimeout: 120_000,
  maxWorkers: 1,
  globalSetup: "detox/runners/jest/globalSetup",
  globalTeardown: "detox/runners/jest/globalTeardown",
  reporters: ["detox/runners/jest/reporter"],
  testEnvironment: "<rootDir>/e2e/environment.js",
  verbose: true,
};
