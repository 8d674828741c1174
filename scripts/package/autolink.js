// What Expo's autolinking, which React Native's builds ask, finds of the package in an app.

// @ts-check

const path = require("node:path");
const { appCommand, copyOfApp } = require("./exampleApp");

/**
 * The package's entry for one platform. `plant` breaks its copy in the app.
 *
 * @param {import("./kit").Kit} kit @param {"android" | "ios"} platform
 * @param {(mailboat: string) => void} plant
 */
function autolinked(kit, platform, plant) {
  const app = copyOfApp(kit, path.join(kit.scratch, "app"));
  plant(app.mailboat);
  const command = ["expo-modules-autolinking", "react-native-config", "--json"];
  const said = JSON.parse(appCommand(kit, app, [...command, "--platform", platform]));
  const found = said.dependencies["react-native-mailboat"]?.platforms?.[platform];
  if (!found) throw new Error(`autolinking does not find the package for ${platform}`);
  return { mailboat: app.mailboat, found };
}

/** @param {string} what @param {unknown} found @param {unknown} expected */
function expectSame(what, found, expected) {
  if (found !== expected) {
    throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
}

module.exports = { autolinked, expectSame };
