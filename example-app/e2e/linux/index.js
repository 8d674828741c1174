// A Detox driver for this machine: the "device" is a data folder and a window of
// `mailboat-window`, which speaks Detox's app side. Matchers, expectations and actions are
// Detox's own; the window's agent answers them. `.detoxrc.js` names this file.

// @ts-check

const { LinuxAllocationDriver } = require("./allocation");
const { LinuxArtifactPlugins } = require("./artifacts");
const { IosExpect } = require("./detox");
const { LinuxEnvironmentValidator } = require("./environment");
const { LinuxRuntimeDriver } = require("./runtime");

/**
 * Detox's iOS side tells the app what to do in words (`{ type: "action", action: "tap" }`),
 * which any program can follow; its Android side calls Java methods by name.
 */
class LinuxExpect extends IosExpect {
  /** @param {{ invocationManager: object, eventEmitter: object }} dependencies */
  constructor({ invocationManager, eventEmitter }) {
    super({ invocationManager, emitter: eventEmitter, xcuitestRunner: null });
  }
}

module.exports = {
  ArtifactPluginsProviderClass: LinuxArtifactPlugins,
  DeviceAllocationDriverClass: LinuxAllocationDriver,
  EnvironmentValidatorClass: LinuxEnvironmentValidator,
  ExpectClass: LinuxExpect,
  RuntimeDriverClass: LinuxRuntimeDriver,
};
