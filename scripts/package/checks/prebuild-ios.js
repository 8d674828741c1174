// @ts-check

const path = require("node:path");
const { expectLines, pluginChanges, quoted } = require("../prebuild");

/** With the names that Objective-C++ looks for. @param {string} root */
function background(root) {
  const task = path.join(root, "ios/MailboatBackgroundTask.mm");
  return [
    `<key>${quoted(task, /kPermittedKey = @"([^"]+)"/)}</key>`,
    "<array>",
    `<string>${quoted(task, /kIdentifier = @"([^"]+)"/)}</string>`,
    "</array>",
    "<key>UIBackgroundModes</key>",
    "<array>",
    "<string>fetch</string>",
    "</array>",
  ].map((line) => `Info.plist + ${line}`);
}

/** @type {import("../checks").Check} */
module.exports = {
  id: "prebuild-ios",
  what: "the config plugin adds to the iOS project that `expo prebuild` makes what it must, and no other line",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const changes = pluginChanges(kit, "ios", (mailboat) => {
      // A background mode that Apple's review would ask about.
      const plugin = path.join(mailboat, "dist/plugin/index.js");
      if (planted) kit.edit(plugin, '["fetch"]', '["fetch", "audio"]');
    });
    const wanted = background(kit.root);
    expectLines("the plugin", changes.plain, []);
    expectLines("the plugin with background", changes.background, wanted);
    return `nothing added, ${wanted.length} lines of Info.plist with background, no other changed`;
  },
};
