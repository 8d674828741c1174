// The newcomer's section of the README, as somebody who types it: between the markers, fenced
// blocks of `sh` are commands, and a block under a line **`path`** is that file's content.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { accidentally } = require("./kit");

const BEGIN = "<!-- newcomer:begin -->";
const END = "<!-- newcomer:end -->";
/** The one line that is not typed as it stands: the packages come from files, not the registry. */
const INSTALL = "npx expo install react-native-mailboat";

/** bash takes a pipe of Node's for a network login and would read the user's own settings. */
const QUIET_BASH = ["--norc", "-c"];

/** @typedef {{ kind: "commands", text: string } | { kind: "file", name: string, text: string }} Step */

/** The steps of the section, in order. @param {string} markdown @returns {Step[]} */
function steps(markdown) {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`there is no section from ${BEGIN} to ${END}`);
  const section = markdown.slice(begin + BEGIN.length, end);
  const found = [...section.matchAll(/(?:^\*\*`([^`]+)`\*\*\n\n)?^```(\w*)\n(.*?)^```$/gms)];
  return found.map(([block, name, language, text = ""]) => {
    if (name !== undefined) return { kind: "file", name, text };
    if (language === "sh") return { kind: "commands", text };
    throw new Error(`a block is neither commands nor a named file:\n${block}`);
  });
}

/**
 * Types the section into an empty folder, and answers all that the commands have said. Where it
 * says to install the package, `packages` are, such as `NAME@file:PATH`.
 *
 * @param {import("./kit").Kit} kit @param {string} markdown @param {string} folder
 * @param {{ packages: string[], env: Record<string, string | undefined> }} how
 */
function typeSection(kit, markdown, folder, { packages, env }) {
  const place = path.join(folder, "where-the-shell-is");
  let said = "";
  let cwd = folder;
  let installs = 0;
  for (const step of steps(markdown)) {
    if (step.kind === "file") {
      const file = path.join(cwd, step.name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, step.text);
      continue;
    }
    const installsHere = step.text.split("\n").filter((line) => line.trim() === INSTALL).length;
    const typed = step.text.replace(INSTALL, `npx expo install ${packages.join(" ")}`);
    const script = `set -euo pipefail\n${typed}\npwd >"${place}"\n`;
    const type = () => kit.exec("bash", [...QUIET_BASH, script], { cwd, env, timeoutS: 1800 });
    // Without an app there is nothing to look at.
    const { stdout, stderr } = installsHere > 0 ? accidentally(type) : type();
    installs += installsHere;
    said += stdout + stderr;
    cwd = fs.readFileSync(place, "utf8").trim();
  }
  if (installs !== 1) throw new Error(`the section has "${INSTALL}" ${installs} times, not once`);
  return { said, app: cwd };
}

/**
 * The environment of a machine without Rust, on which nobody has heard of this repository: a
 * PATH without the folders that have a part of either, and no word of npm, cargo or Mailboat.
 *
 * @param {string} root the repository
 */
function newcomersEnvironment(root) {
  const forgotten = Object.keys(process.env).filter((name) =>
    /^(npm_(?!config_(registry|cache)$)|cargo|rust|mailboat|init_cwd$|node_path$)/i.test(name),
  );
  const folders = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter(
      (folder) =>
        folder !== "" &&
        !path.resolve(folder).startsWith(path.resolve(root)) &&
        !["cargo", "rustc", "rustup"].some((tool) => fs.existsSync(path.join(folder, tool))),
    );
  return {
    ...Object.fromEntries(forgotten.map((name) => [name, undefined])),
    PATH: folders.join(path.delimiter),
    CI: "1",
    EXPO_NO_TELEMETRY: "1",
  };
}

module.exports = { QUIET_BASH, newcomersEnvironment, typeSection };
