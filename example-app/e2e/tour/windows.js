// `npm run example` on a desktop: Ann's and Ben's windows and the server between them, until
// both are closed.

// @ts-check

const { mkdirSync, mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { DevServer } = require("../../../scripts/demo/devServer");
const { AppWindow } = require("../linux/window");
const { writeHistory } = require("./history");

const PAGE = path.resolve(__dirname, "../../dist");

async function main() {
  const folder = mkdtempSync(path.join(tmpdir(), "mailboat-example-"));
  const server = new DevServer({
    folder: path.join(folder, "server"),
    log: path.join(folder, "server.log"),
  });
  /** @type {AppWindow[]} */
  const windows = [];
  const clearAway = () => {
    for (const window of windows) void window.kill();
    server.killNow();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("SIGINT", () => {
    clearAway();
    process.exit(130);
  });
  try {
    await server.start();
    await writeHistory(server, folder);
    for (const user of ["ann", "ben"]) windows.push(open(user, server.url, folder));
    console.log("Ann and Ben are in their windows. Close both to end.");
    console.log(`The server is at ${server.url}; docs/rest-contract.md has its switches.`);
    await Promise.all(windows.map((window) => window.ended));
  } finally {
    clearAway();
  }
}

/** @param {string} user @param {string} serverUrl @param {string} folder */
function open(user, serverUrl, folder) {
  const dataFolder = path.join(folder, user);
  mkdirSync(dataFolder);
  return new AppWindow({
    root: PAGE,
    dataFolder,
    log: path.join(folder, `${user}.log`),
    launchArgs: { serverUrl, user },
    title: user === "ann" ? "Ann" : "Ben",
  });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
