// What `device` does on this machine. An installed app is a data folder; its process is a
// window.

// @ts-check

const { mkdir, readFile, rm } = require("node:fs/promises");
const path = require("node:path");
const { LinuxArtifactPlugins } = require("./artifacts");
const { DetoxRuntimeError, DeviceDriverBase, temporaryFile } = require("./detox");
const { AppWindow } = require("./window");

/** So much of a window's log is shown when it ended by itself, in characters. */
const LOG_TAIL_LENGTH = 2_000;

class LinuxRuntimeDriver extends DeviceDriverBase {
  /** @type {AppWindow | null} */
  #window = null;
  /** The exported page. @type {string | null} */
  #root = null;
  /** Detox closes its own connection before it cleans up, and hears nothing any more. */
  #isDetoxListening = true;

  /**
   * @param {any} dependencies
   * @param {import("./allocation").DeviceCookie} cookie
   */
  constructor(dependencies, cookie) {
    super(dependencies);
    this.cookie = cookie;
    LinuxArtifactPlugins.register(this);
  }

  getExternalId() {
    return this.cookie.id;
  }

  getDeviceName() {
    return this.cookie.name;
  }

  /** Tests whose name begins with `:linux:` run only here. */
  getPlatform() {
    return "linux";
  }

  getBundleIdFromBinary() {
    return "mailboat-window";
  }

  /** Where the installed app keeps its files. */
  get dataFolder() {
    return path.join(this.cookie.folder, "data");
  }

  /** All that the windows of this device have said. */
  get log() {
    return path.join(this.cookie.folder, "window.log");
  }

  /** Whether there is a window to take a picture of. */
  get isRunning() {
    return this.#window?.isRunning ?? false;
  }

  /** @param {string} binaryPath */
  async installApp(binaryPath) {
    this.#root = path.resolve(binaryPath);
    await mkdir(this.dataFolder, { recursive: true });
  }

  async uninstallApp(/** @type {string} */ bundleId) {
    await this.emitter.emit("beforeUninstallApp", { deviceId: this.cookie.id, bundleId });
    await rm(this.dataFolder, { recursive: true, force: true });
    this.#root = null;
  }

  async resetAppState() {
    await rm(this.dataFolder, { recursive: true, force: true });
    await mkdir(this.dataFolder, { recursive: true });
  }

  /**
   * Starts the app, or brings it back to the front when it runs.
   *
   * @param {string} bundleId
   * @param {Record<string, unknown>} launchArgs `appearance: "dark"` is the device's, not the app's
   */
  async launchApp(bundleId, launchArgs) {
    if (this.#window?.isRunning) {
      await this.#window.show();
      return this.#window.pid;
    }
    if (this.#root === null) throw new DetoxRuntimeError("The app is not installed.");
    const launch = { bundleId, deviceId: this.cookie.id, launchArgs };
    await this.emitter.emit("beforeLaunchApp", launch);
    const { appearance, ...args } = launchArgs;
    const window = new AppWindow({
      root: this.#root,
      dataFolder: this.dataFolder,
      log: this.log,
      launchArgs: args,
      dark: appearance === "dark",
      title: this.cookie.name,
    });
    this.#window = window;
    await this.emitter.emit("launchApp", { ...launch, pid: window.pid });
    return window.pid;
  }

  async waitUntilReady() {
    await this.#unlessItEnds(this.client.waitUntilReady());
  }

  async waitForActive() {
    await this.#unlessItEnds(this.client.waitForActive());
  }

  async waitForBackground() {
    await this.client.waitForBackground();
  }

  async sendToHome() {
    await this.#running().hide();
  }

  /** Kills the app where it stands: nothing is saved on the way out. */
  async terminate(/** @type {string} */ bundleId) {
    const window = this.#window;
    if (window === null) return;
    await this.emitter.emit("beforeTerminateApp", { deviceId: this.cookie.id, bundleId });
    this.#window = null;
    await window.kill();
    // The next window would be a second app in the same session.
    if (this.#isDetoxListening) await this.client.waitUntilDisconnected();
    await this.emitter.emit("terminateApp", { deviceId: this.cookie.id, bundleId });
  }

  /** @param {string} artifactName */
  async takeScreenshot(artifactName) {
    const artifactPath = await this.picture();
    const artifact = { pluginId: "screenshot", artifactName, artifactPath };
    await this.emitter.emit("createExternalArtifact", artifact);
    return artifactPath;
  }

  /** A new picture of the window, in a temporary file. */
  async picture() {
    const file = temporaryFile(".png");
    await this.#running().screenshot(file);
    return file;
  }

  /** @param {string[]} blacklistURLs */
  async setURLBlacklist(blacklistURLs) {
    await this.client.setSyncSettings({ blacklistURLs });
  }

  async enableSynchronization() {
    await this.client.setSyncSettings({ enabled: true });
  }

  async disableSynchronization() {
    await this.client.setSyncSettings({ enabled: false });
  }

  async cleanup(/** @type {string} */ bundleId) {
    this.#isDetoxListening = false;
    await this.terminate(bundleId);
    LinuxArtifactPlugins.unregister(this);
    await super.cleanup(bundleId);
  }

  #running() {
    if (this.#window === null) throw new DetoxRuntimeError("The app does not run.");
    return this.#window;
  }

  /** @param {Promise<void>} wait */
  async #unlessItEnds(wait) {
    const end = this.#running().ended.then(async (how) => {
      const log = await readFile(this.log, "utf8");
      throw new DetoxRuntimeError({
        message: `The app ended (${how}) before it was ready.`,
        debugInfo: log.slice(-LOG_TAIL_LENGTH),
      });
    });
    await Promise.race([wait, end]);
  }
}

module.exports = { LinuxRuntimeDriver };
