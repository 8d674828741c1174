// Detox's environment for Jest, with a second phone for tests that want one.

// @ts-check

const { DetoxCircusEnvironment } = require("detox/runners/jest");
const { openSecondDevice } = require("./secondDevice");

class Environment extends DetoxCircusEnvironment {
  /** @type {any} */
  #second = null;

  async setup() {
    await super.setup();
    /** Opened when it is first asked for, kept for the whole file. */
    this.global.secondDevice = async () => {
      this.#second ??= await openSecondDevice();
      return this.#second;
    };
  }

  async teardown() {
    try {
      await this.#second?.cleanup();
    } finally {
      await super.teardown();
    }
  }
}

module.exports = Environment;
