// Makes the npm packages in build/pack (scripts/pack.sh):
//
//   node scripts/package/pack.js [main] [node]      both without a word
//
// `main` is the package itself: what package.json's `files` name, with a package.json that says
// only what an app needs. `node` is the engine for Node on this machine's platform.

// @ts-check

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "../..");
const output = path.join(root, "build/pack");

/** What of our package.json an app has to do with. */
const KEPT_FIELDS = [
  ...["name", "version", "description", "license", "keywords", "repository", "homepage", "bugs"],
  ...["engines", "main", "types", "exports", "sideEffects"],
  ...["dependencies", "peerDependencies", "peerDependenciesMeta"],
];

/** @typedef {Record<string, any> & { name: string, version: string }} Manifest */

/** @returns {Manifest} */
function manifest() {
  return JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
}

/** js/src/node/prebuilt.ts, as it is built. @returns {typeof import("../../js/src/node/prebuilt")} */
function prebuilt() {
  return require("../../dist/node/prebuilt");
}

/** The package.json that is published. @returns {Manifest} */
function publishedManifest() {
  const ours = manifest();
  const kept = KEPT_FIELDS.filter((field) => field in ours).map((field) => [field, ours[field]]);
  const hosts = prebuilt().PUBLISHED.map((platform) => [`${ours.name}-${platform}`, ours.version]);
  return { ...Object.fromEntries(kept), optionalDependencies: Object.fromEntries(hosts) };
}

/** npm takes seconds to say it. @type {string[] | null} */
let listed = null;

/** The files that npm would publish from the repository. */
function publishedFiles() {
  listed ??= JSON.parse(
    npm(["pack", "--dry-run", "--json", "--ignore-scripts"], root),
  )[0].files.map((/** @type {{ path: string }} */ file) => file.path);
  return listed ?? [];
}

/** Writes the package into an empty folder. @param {string} folder */
function stageMain(folder) {
  emptied(folder);
  for (const file of publishedFiles()) {
    const to = path.join(folder, file);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(path.join(root, file), to);
  }
  writeManifest(folder, publishedManifest());
}

/** Writes this platform's engine for Node into an empty folder. @param {string} folder */
function stageNode(folder) {
  const { platformName, prebuiltPackage, thisMachine } = prebuilt();
  const machine = thisMachine();
  const platform = platformName(machine);
  const name = prebuiltPackage(machine);
  if (name === null) throw new Error(`no package is published for ${platform}`);
  emptied(folder);
  const addon = path.join(folder, "mailboat.node");
  fs.copyFileSync(path.join(root, "build/mailboat.node"), addon);
  // Windows keeps what debuggers need in another file.
  if (machine.platform === "darwin") execFileSync("strip", ["-x", addon]);
  else if (machine.platform === "linux") execFileSync("strip", ["--strip-unneeded", addon]);
  fs.copyFileSync(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  fs.writeFileSync(
    path.join(folder, "README.md"),
    `# ${name}\n\nThe engine of react-native-mailboat for Node on ${platform}: what an app's tests run on.\n` +
      "It comes with react-native-mailboat and is not installed by hand.\n",
  );
  const { version, license, engines, repository } = manifest();
  writeManifest(folder, {
    name,
    version,
    description: `The engine of react-native-mailboat for Node on ${platform}`,
    license,
    ...(repository && { repository }),
    engines,
    os: [machine.platform],
    cpu: [machine.arch],
    ...(machine.platform === "linux" && { libc: ["glibc"] }),
    main: "mailboat.node",
  });
}

/** Makes a tarball of a staged folder and answers its path. @param {string} folder @param {string} to */
function tarball(folder, to) {
  fs.mkdirSync(to, { recursive: true });
  const packed = npm(["pack", "--json", "--ignore-scripts", "--pack-destination", to], folder);
  return path.join(to, JSON.parse(packed)[0].filename);
}

/** @param {string} folder */
function emptied(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
}

/** @param {string} folder @param {Manifest} content */
function writeManifest(folder, content) {
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
}

/** @param {string[]} args @param {string} cwd */
function npm(args, cwd) {
  return execFileSync("npm", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    // On Windows it is a script, which only a shell runs.
    shell: process.platform === "win32",
  });
}

const STAGES = { main: stageMain, node: stageNode };

function main() {
  const asked = process.argv.slice(2);
  for (const word of asked) {
    if (!(word in STAGES)) throw new Error("usage: pack.js [main] [node]");
  }
  for (const [name, stage] of Object.entries(STAGES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const folder = path.join(output, name);
    stage(folder);
    const file = tarball(folder, output);
    const megabytes = (fs.statSync(file).size / 1e6).toFixed(2);
    console.log(`${path.relative(root, file)} ${megabytes} MB`);
  }
}

module.exports = { stageMain, stageNode, tarball };

if (require.main === module) main();
