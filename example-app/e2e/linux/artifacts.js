// What is kept of a test, in Detox's artifacts folder: pictures of the window (Detox's own
// rules say when), and what the window said.

// @ts-check

const { copyFile } = require("node:fs/promises");
const { existsSync } = require("node:fs");
const { ArtifactPlugin, FileArtifact, ScreenshotArtifactPlugin } = require("./detox");

/**
 * Artifact plugins are told ids of devices, not devices.
 *
 * @type {Map<string, import("./runtime").LinuxRuntimeDriver>}
 */
const drivers = new Map();

class LinuxArtifactPlugins {
  /** @param {import("./runtime").LinuxRuntimeDriver} driver */
  static register(driver) {
    drivers.set(driver.getExternalId(), driver);
  }

  /** @param {import("./runtime").LinuxRuntimeDriver} driver */
  static unregister(driver) {
    drivers.delete(driver.getExternalId());
  }

  declareArtifactPlugins() {
    return {
      log: (/** @type {object} */ api) => new WindowLogPlugin(api),
      screenshot: (/** @type {object} */ api) => new WindowScreenshotPlugin(api),
    };
  }
}

class WindowScreenshotPlugin extends ScreenshotArtifactPlugin {
  /** @param {object} api */
  constructor(api) {
    super({ api });
  }

  /** @param {string} name */
  async _takeSnapshot(name) {
    // After a kill there is no picture to take, and that is no failure of the test.
    if (this.#driver?.isRunning) await super._takeSnapshot(name);
  }

  createTestArtifact() {
    const driver = this.#driver;
    return new FileArtifact({
      name: "WindowScreenshot",
      /** @this {{ temporaryPath?: string }} */
      async start() {
        this.temporaryPath = await driver?.picture();
      },
    });
  }

  get #driver() {
    return drivers.get(this.context.deviceId);
  }
}

class WindowLogPlugin extends ArtifactPlugin {
  /** @param {object} api */
  constructor(api) {
    super({ api });
  }

  /** @param {{ status: string }} testSummary */
  async onTestDone(testSummary) {
    await super.onTestDone(testSummary);
    const log = drivers.get(this.context.deviceId)?.log;
    if (log === undefined || !existsSync(log) || !this.shouldKeepArtifactOfTest(testSummary))
      return;
    await copyFile(log, await this.api.preparePathForArtifact("window.log", testSummary));
  }
}

module.exports = { LinuxArtifactPlugins };
