// The controls: each is a test that must fail. controls/judge.js reads what came of them.

const suite = require("../jest.config");

/** @type {import("jest").Config} */
module.exports = {
  ...suite,
  rootDir: "../..",
  testMatch: ["<rootDir>/e2e/controls/*.control.ts"],
};
