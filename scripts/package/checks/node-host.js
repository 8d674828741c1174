// @ts-check

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { accidentally } = require("../kit");
const { newcomersEnvironment } = require("../newcomer");
const { stageMain, stageNode, tarball } = require("../pack");

/** Opens an engine, writes a conversation and prints how many there are in the file. */
const PROGRAM = `
const { createMailboat } = require("react-native-mailboat");
const { nodeHost } = require("react-native-mailboat/node");
async function main() {
  const backend = { kind: "rest", baseUrl: "http://127.0.0.1:9" };
  const mailboat = createMailboat({ path: "./chat.db", backend, userId: "ann", host: nodeHost() });
  await mailboat.create("conversations", { title: "Crew", memberIds: ["ann"] });
  const { rows } = await mailboat.query({ collection: "conversations", limit: 10 });
  await mailboat.close();
  console.log(JSON.stringify({ rows: rows.length }));
}
main().catch((error) => {
  console.log(JSON.stringify({ code: error.code, message: error.message }));
});
`;

const REACT = `react@${require("../../../package.json").devDependencies.react}`;

/** @type {import("../checks").Check} */
module.exports = {
  id: "node-host",
  what: "npm installs the package although other platforms' engines are not published; this platform's package runs, and what is missing is named",
  where: "Linux host (Node)",
  speed: "slow",
  async run(kit, { planted }) {
    // Not below the repository, whose node_modules Node would find.
    const app = fs.mkdtempSync(path.join(os.tmpdir(), "node-host-"));
    try {
      return tried(kit, app, planted);
    } finally {
      fs.rmSync(app, { recursive: true, force: true });
    }
  },
};

/** @param {import("../kit").Kit} kit @param {string} app an empty folder @param {boolean} planted */
function tried(kit, app, planted) {
  const env = newcomersEnvironment(kit.root);
  fs.writeFileSync(path.join(app, "package.json"), '{ "name": "app", "private": true }');
  fs.writeFileSync(path.join(app, "program.js"), PROGRAM);
  const folders = { main: path.join(kit.scratch, "main"), node: path.join(kit.scratch, "node") };
  stageMain(folders.main);
  stageNode(folders.node);
  // As a build that has gone wrong would be: there, and no add-on.
  if (planted) fs.writeFileSync(path.join(folders.node, "mailboat.node"), "");
  const [main, node] = Object.values(folders).map((folder) => tarball(folder, kit.scratch));
  // The hooks want React; React Native itself has nothing to do with it, and is large.
  const install = ["install", "--omit=peer", "--no-audit", "--no-fund"];
  accidentally(() =>
    kit.exec("npm", [...install, REACT, String(main), String(node)], { cwd: app, env }),
  );
  const run = (/** @type {Record<string, string>} */ more = {}) =>
    JSON.parse(kit.exec("node", ["program.js"], { cwd: app, env: { ...env, ...more } }).stdout);

  const prebuilt = run();
  if (prebuilt.rows !== 1) throw new Error(`the prebuilt engine: ${JSON.stringify(prebuilt)}`);

  const { name } = JSON.parse(fs.readFileSync(path.join(folders.node, "package.json"), "utf8"));
  fs.rmSync(path.join(app, "node_modules", name), { recursive: true });
  const missing = run();
  if (missing.code !== "UNSUPPORTED" || !missing.message.includes(name)) {
    throw new Error(`without ${name}: ${JSON.stringify(missing)}`);
  }

  const built = run({ MAILBOAT_NODE_ADDON: path.join(folders.node, "mailboat.node") });
  if (built.rows !== 2) throw new Error(`a named engine: ${JSON.stringify(built)}`);
  return `${name} runs; without it: "${missing.message.split(".")[0]}"; a file named by MAILBOAT_NODE_ADDON runs`;
}
