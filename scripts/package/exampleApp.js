// A copy of the example app to work on, with the package in it as npm would install it: its own
// files, not a link to the repository. All other packages are links to the example app's.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { stageMain } = require("./pack");

const root = path.join(__dirname, "../..");
const original = path.join(root, "example-app");

/** What is not the app: what is installed, built or exported, and the suite that drives it. */
const LEFT_OUT = new Set(["node_modules", "dist", "e2e", ".expo", "android", "ios", "pictures"]);

/** What the Expo CLI is told where there is no network and nobody to ask. */
const OFFLINE = { CI: "1", EXPO_OFFLINE: "1", EXPO_NO_TELEMETRY: "1" };

/** @typedef {{ folder: string, mailboat: string }} App the app's folder, the package's in it */

/** Makes the app in `folder`. @param {import("./kit").Kit} kit @param {string} folder @returns {App} */
function copyOfApp(kit, folder) {
  kit.copy(original, folder, (file) => !LEFT_OUT.has(path.relative(original, file)));
  const installed = path.join(original, "node_modules");
  const links = path.join(folder, "node_modules");
  fs.mkdirSync(links);
  for (const name of fs.readdirSync(installed)) {
    if (name === "react-native-mailboat") continue;
    fs.symlinkSync(path.join(installed, name), path.join(links, name));
  }
  const mailboat = path.join(links, "react-native-mailboat");
  stageMain(mailboat);
  return { folder, mailboat };
}

/** Sets the plugin's entry in the app's app.json. @param {App} app @param {unknown} entry */
function usePlugin({ folder }, entry) {
  const file = path.join(folder, "app.json");
  const config = JSON.parse(fs.readFileSync(file, "utf8"));
  config.expo.plugins.push(entry);
  fs.writeFileSync(file, JSON.stringify(config));
}

/**
 * What the app's own command line says to `words`, which begin with the command's name.
 *
 * @param {import("./kit").Kit} kit @param {App} app @param {string[]} words
 * @param {number} [timeoutS]
 */
function appCommand(kit, { folder }, [name, ...args], timeoutS) {
  const command = path.join(folder, "node_modules/.bin", String(name));
  return kit.exec(command, args, { cwd: folder, env: OFFLINE, ...(timeoutS && { timeoutS }) })
    .stdout;
}

module.exports = { appCommand, copyOfApp, usePlugin };
