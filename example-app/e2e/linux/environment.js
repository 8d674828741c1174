// Says before the first test what is missing, instead of letting every test time out.

// @ts-check

const { accessSync, constants } = require("node:fs");
const { DetoxRuntimeError } = require("./detox");
const { PROGRAM } = require("./window");

class LinuxEnvironmentValidator {
  validate() {
    if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
      throw new DetoxRuntimeError({
        message: "There is no display for the windows.",
        hint: "Run the suite with `npm run e2e`, which starts one that nobody sees.",
      });
    }
    try {
      accessSync(PROGRAM, constants.X_OK);
    } catch {
      throw new DetoxRuntimeError({
        message: `The program is missing: ${PROGRAM}`,
        hint: "Build it with `scripts/webkit.sh`.",
      });
    }
  }
}

module.exports = { LinuxEnvironmentValidator };
