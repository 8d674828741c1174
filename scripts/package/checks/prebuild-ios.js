// @ts-check

const path = require("node:path");
const { expectLines, pluginChanges } = require("../prebuild");

const BACKGROUND = [
  "<key>BGTaskSchedulerPermittedIdentifiers</key>",
  "<array>",
  "<string>com.mailboat.background</string>",
  "</array>",
  "<key>UIBackgroundModes</key>",
  "<array>",
  "<string>fetch</string>",
  "</array>",
].map((line) => `Info.plist + ${line}`);

/** @type {import("../checks").Check} */
module.exports = {
  id: "prebuild-ios",
  what: "the config plugin adds to the iOS project that `expo prebuild` makes what it must, and no other line",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const { plain, background } = pluginChanges(kit, "ios", (mailboat) => {
      // A background mode that Apple's review would ask about.
      const plugin = path.join(mailboat, "dist/plugin/index.js");
      if (planted) kit.edit(plugin, '["fetch"]', '["fetch", "audio"]');
    });
    expectLines("the plugin", plain, []);
    expectLines("the plugin with background", background, BACKGROUND);
    return `nothing added, ${BACKGROUND.length} lines of Info.plist with background, no other changed`;
  },
};
