// Everything this driver takes from inside Detox, in one place: Detox has no public entry for
// drivers of third parties, so these paths hold for the pinned version only (20.51.4).

// @ts-check

const path = require("node:path");

const source = path.join(path.dirname(require.resolve("detox/package.json")), "src");
/** @param {string} module @returns {any} */
const inner = (module) => require(path.join(source, module));

module.exports = {
  ArtifactPlugin: inner("artifacts/templates/plugin/ArtifactPlugin"),
  DetoxRuntimeError: inner("errors/DetoxRuntimeError"),
  DetoxWorker: inner("DetoxWorker"),
  DeviceDriverBase: inner("devices/runtime/drivers/DeviceDriverBase"),
  FileArtifact: inner("artifacts/templates/artifact/FileArtifact"),
  IosExpect: inner("ios/expectTwo"),
  ScreenshotArtifactPlugin: inner("artifacts/screenshot/ScreenshotArtifactPlugin"),
  contextSymbols: inner("realms/symbols"),
  temporaryFile: inner("utils/tempfile"),
};
