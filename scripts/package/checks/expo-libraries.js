// @ts-check

const fs = require("node:fs");
const path = require("node:path");

/** The libraries of Expo that an app may hand to Mailboat, of the SDK that the README names. */
const LIBRARIES = [
  "expo-background-task@57.0.21",
  "expo-network@57.0.2",
  "expo-task-manager@57.0.21",
];

/** What an app writes; it compiles only while their own types fit what Mailboat asks of them. */
const APP = `
import * as BackgroundTask from "expo-background-task";
import * as Network from "expo-network";
import * as TaskManager from "expo-task-manager";
import { defineBackgroundSync } from "react-native-mailboat/background";
import type { Mailboat } from "react-native-mailboat/mailboat";
import { expoNetworkSource } from "react-native-mailboat/network/librarySources";

declare const mailboat: Mailboat;
const sync = defineBackgroundSync({
  taskManager: TaskManager,
  backgroundTask: BackgroundTask,
  mailboat,
  budgetMs: 20_000,
});
void sync.start({ minimumIntervalMinutes: 15 }).then(() => sync.stop());
expoNetworkSource(Network).subscribe(({ kind }) => kind);
`;

/** @type {import("../checks").Check} */
module.exports = {
  id: "expo-libraries",
  what: "expo-background-task, expo-task-manager and expo-network are of the types that we ask for",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const libraries = path.join(kit.scratch, "node_modules");
    for (const library of LIBRARIES) unpack(kit, library, libraries);
    if (planted) {
      const types = path.join(libraries, "expo-background-task/build/BackgroundTask.d.ts");
      kit.edit(types, "function registerTaskAsync", "function registerTheTaskAsync");
    }
    const app = path.join(kit.scratch, "app.ts");
    fs.writeFileSync(app, APP);
    const config = {
      extends: path.join(kit.root, "tsconfig.base.json"),
      compilerOptions: {
        noEmit: true,
        types: [],
        // Timers, which phones have as well.
        lib: ["ES2020", "DOM"],
        module: "ESNext",
        moduleResolution: "Bundler",
        paths: {
          "react-native-mailboat/background": [path.join(kit.root, "js/src/background/index.ts")],
          "react-native-mailboat/*": [path.join(kit.root, "js/src/*.ts")],
        },
      },
      files: [app],
    };
    const project = path.join(kit.scratch, "tsconfig.json");
    fs.writeFileSync(project, JSON.stringify(config));
    kit.exec(process.execPath, [
      path.join(kit.root, "node_modules/typescript/bin/tsc"),
      "-p",
      project,
    ]);
    return LIBRARIES.join(", ");
  },
};

/**
 * A library without what it depends on: of that its types use nothing.
 *
 * @param {import("../kit").Kit} kit @param {string} library @param {string} into
 */
function unpack(kit, library, into) {
  const at = library.lastIndexOf("@");
  const [name, version] = [library.slice(0, at), library.slice(at + 1)];
  const folder = path.join(kit.cache, "npm");
  const archive = path.join(folder, `${name}-${version}.tgz`);
  if (!fs.existsSync(archive)) {
    fs.mkdirSync(folder, { recursive: true });
    kit.exec("npm", ["pack", "--silent", "--pack-destination", folder, library]);
  }
  const unpacked = path.join(kit.scratch, name);
  fs.mkdirSync(unpacked, { recursive: true });
  kit.exec("tar", ["-xzf", archive, "-C", unpacked]);
  kit.copy(path.join(unpacked, "package"), path.join(into, name));
}
