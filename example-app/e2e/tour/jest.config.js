// The pictures of every screen, taken by the suite's own driver.

const suite = require("../jest.config");

/** @type {import("jest").Config} */
module.exports = {
  ...suite,
  rootDir: "../..",
  testMatch: ["<rootDir>/e2e/tour/*.tour.ts"],
};
