// The package lies one folder up, with a `node_modules` of its own for its tests. The bundle
// takes the package's built JavaScript from there and everything else from this folder, so
// that there is exactly one React and one React Native in it.

const path = require("node:path");
const { getDefaultConfig } = require("expo/metro-config");
const mailboat = require("../package.json");

const root = path.resolve(__dirname, "..");

/** The file behind each name that the package exports, such as `./components`. */
const entries = new Map(
  Object.entries(mailboat.exports)
    .filter(([, conditions]) => conditions.default !== undefined)
    .map(([name, { default: file }]) => [
      path.posix.join(mailboat.name, name),
      path.join(root, file),
    ]),
);

const config = getDefaultConfig(__dirname);
config.watchFolders = [...(config.watchFolders ?? []), path.join(root, "dist")];
config.resolver.nodeModulesPaths = [path.join(__dirname, "node_modules")];
config.resolver.blockList = [
  ...[config.resolver.blockList ?? []].flat(),
  new RegExp(`^${escaped(path.join(root, "node_modules"))}[/\\\\]`),
];
config.resolver.resolveRequest = (context, name, platform) => {
  const filePath = entries.get(name);
  if (filePath !== undefined) return { type: "sourceFile", filePath };
  return context.resolveRequest(context, name, platform);
};

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

module.exports = config;
