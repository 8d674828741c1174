// @ts-check

const { checkDeviceTarget } = require("../deviceTarget");

/** @type {import("../checks").Check} */
module.exports = {
  id: "cargo-check-ios",
  what: "the Rust of the engine and its bridge passes cargo check for aarch64-apple-ios",
  where: "iOS headers",
  speed: "slow",
  async run(kit, { planted }) {
    return checkDeviceTarget(kit, "aarch64-apple-ios", planted);
  },
};
