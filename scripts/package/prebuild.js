// What the config plugin changes in the native projects that Expo makes: each line of them that
// is there with the plugin and not without it, or the other way round.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { appCommand, copyOfApp, usePlugin } = require("./exampleApp");
const { filesBelow } = require("./files");

/** @typedef {import("./kit").Kit} Kit */
/** @typedef {"android" | "ios"} Platform */

/** How the app's config names the plugin; null when it does not. */
const ENTRIES = {
  without: null,
  plain: "react-native-mailboat",
  background: ["react-native-mailboat", { background: true }],
};

/**
 * Makes the app's project for one platform without the plugin, with it, and with background,
 * and answers the lines that differ from the first. `plant` breaks the package's copy.
 *
 * @param {Kit} kit @param {Platform} platform @param {(mailboat: string) => void} plant
 */
function pluginChanges(kit, platform, plant) {
  const app = copyOfApp(kit, path.join(kit.scratch, "app"));
  plant(app.mailboat);
  const config = path.join(app.folder, "app.json");
  const bare = fs.readFileSync(config);
  const project = path.join(app.folder, platform);
  for (const [name, entry] of Object.entries(ENTRIES)) {
    fs.writeFileSync(config, bare);
    if (entry !== null) usePlugin(app, entry);
    appCommand(kit, app, ["expo", "prebuild", "--no-install", "--platform", platform]);
    fs.renameSync(project, path.join(kit.scratch, name));
  }
  const without = path.join(kit.scratch, "without");
  return {
    app,
    plain: changedLines(without, path.join(kit.scratch, "plain")),
    background: changedLines(without, path.join(kit.scratch, "background")),
  };
}

/**
 * Lines as `AndroidManifest.xml + <line>`: of a file of two folders, what only one of them has.
 *
 * @param {string} before @param {string} after
 */
function changedLines(before, after) {
  const files = new Set([...filesBelow(before), ...filesBelow(after)]);
  return [...files].sort().flatMap((file) => {
    const [old, now] = [before, after].map((folder) => linesOf(path.join(folder, file)));
    const name = path.basename(file);
    return [
      ...subtracted(old, now).map((line) => `${name} - ${line}`),
      ...subtracted(now, old).map((line) => `${name} + ${line}`),
    ];
  });
}

/** @param {string} file */
function linesOf(file) {
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, "latin1")
    .split("\n")
    .map((line) => line.trim());
}

/** What of `lines` is left when each of `taken` takes one like it away. @param {string[]} lines @param {string[]} taken */
function subtracted(lines, taken) {
  const left = [...taken];
  return lines.filter((line) => {
    const place = left.indexOf(line);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

/** @param {string} what @param {string[]} found @param {string[]} expected */
function expectLines(what, found, expected) {
  const extra = subtracted(found, expected);
  const missing = subtracted(expected, found);
  if (extra.length + missing.length === 0) return;
  throw new Error(
    `${what}: ${[...extra.map((line) => `not expected: ${line}`), ...missing.map((line) => `missing: ${line}`)].join("; ")}`,
  );
}

/** A misspelt option stops the build. @param {string} mailboat the package's folder in the app */
function expectRefusal(mailboat) {
  const plugin = require(path.join(mailboat, "app.plugin.js"));
  for (const options of [{ backgroud: true }, { background: "yes" }, true]) {
    try {
      plugin({ name: "app", slug: "app" }, options);
    } catch (error) {
      if (
        error instanceof Error &&
        error.message.includes("config plugin of react-native-mailboat")
      ) {
        continue;
      }
      throw error;
    }
    throw new Error(`the plugin takes ${JSON.stringify(options)}`);
  }
}

/** What a source file gives a name in quotes, such as a key. @param {string} file @param {RegExp} pattern */
function quoted(file, pattern) {
  const [, value] = pattern.exec(fs.readFileSync(file, "utf8")) ?? [];
  if (value === undefined) throw new Error(`${path.basename(file)} has no ${pattern}`);
  return value;
}

module.exports = { expectLines, expectRefusal, pluginChanges, quoted };
