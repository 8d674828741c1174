// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { expectLines, expectRefusal, pluginChanges, quoted } = require("../prebuild");

/** @param {string} name */
const permission = (name) =>
  `AndroidManifest.xml + <uses-permission android:name="android.permission.${name}"/>`;

const PLAIN = [permission("ACCESS_NETWORK_STATE")];
/** With the name that Kotlin looks for. @param {string} root */
function background(root) {
  const kotlin = path.join(root, "android/src/main/java/com/mailboat/BackgroundSync.kt");
  const name = quoted(kotlin, /META_DATA = "([^"]+)"/);
  return [
    ...PLAIN,
    permission("RECEIVE_BOOT_COMPLETED"),
    `AndroidManifest.xml + <meta-data android:name="${name}" android:value="true"/>`,
  ];
}

/** @type {import("../checks").Check} */
module.exports = {
  id: "prebuild-android",
  what: "the config plugin adds to the Android project that `expo prebuild` makes what it must, and no other line",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const changes = pluginChanges(kit, "android", (mailboat) => {
      // A permission that the package has no use for.
      const plugin = path.join(mailboat, "dist/plugin/index.js");
      if (planted) kit.edit(plugin, '"ACCESS_NETWORK_STATE"', '"ACCESS_NETWORK_STATE", "CAMERA"');
    });
    const wanted = background(kit.root);
    expectLines("the plugin", changes.plain, PLAIN);
    expectLines("the plugin with background", changes.background, wanted);
    // React Native's own template asks for it: the plugin's word for it shows nowhere.
    const manifest = path.join(kit.scratch, "plain/app/src/main/AndroidManifest.xml");
    if (!fs.readFileSync(manifest, "utf8").includes('"android.permission.INTERNET"')) {
      throw new Error("the app may not use the network");
    }
    expectRefusal(changes.app.mailboat);
    return `${PLAIN.length} line added, ${wanted.length} with background, no other changed`;
  },
};
