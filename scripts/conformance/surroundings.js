// Everything that cases need and cannot make themselves: folders, files, servers, and a
// file that another process has open. js/tests/conformance/place.ts has the other side.

// @ts-check

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { DevServer } = require("../demo/devServer");
const { Place } = require("../faults/place");
const { nodeProgram } = require("./hosts");
const { damageFiles } = require("./damage");

/** Holds a few notes of a megabyte, and not many. */
const SMALL_DISK_BYTES = 12 * 1024 * 1024;
/** Users of the reference server; each case has its own. */
const USERS = [
  "ann",
  "ben",
  "carl",
  "dora",
  "emil",
  "fay",
  "gus",
  "ida",
  "jan",
  "refused",
  "busy",
  "garbled",
];
/** What the server does to some of them, for ever; docs/rest-contract.md names the faults. */
const FAULTS = [
  { on: "any", kind: "status", status: 403, user: "refused", times: null },
  { on: "any", kind: "status", status: 503, user: "busy", times: null },
  { on: "any", kind: "garbage", user: "garbled", times: null },
];

class Surroundings {
  /** What is to be undone, last first. @type {(() => unknown)[]} */
  #undo = [];

  /** @param {string} folder @param {string} bundle @param {boolean} mayMount */
  async prepare(folder, bundle, mayMount) {
    const files = path.join(folder, "files");
    const cases = path.join(folder, "cases");
    for (const made of [files, cases]) fs.mkdirSync(made);
    const [program = "", ...options] = nodeProgram;
    execFileSync(program, [...options, "--scenario", "makeFiles", files, bundle], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    return {
      folder: cases,
      smallDisk: this.#smallDisk(path.join(folder, "disk"), mayMount),
      files: { ...damageFiles(files), locked: this.#lockedFile(files) },
      server: await this.#server(folder),
      brokenUrl: await this.#listen((socket) => socket.destroy()),
      silentUrl: await this.#listen(() => {}),
    };
  }

  /** Takes everything away again. */
  async remove() {
    for (const undo of this.#undo.reverse()) await undo();
  }

  /** @param {string} folder @param {boolean} mayMount */
  #smallDisk(folder, mayMount) {
    const place = new Place(folder);
    // Without the right to mount, the case that fills the disk finds it endless, and fails.
    if (mayMount) place.mountSmallDisk(SMALL_DISK_BYTES);
    this.#undo.push(place.remove);
    return folder;
  }

  /** A file that this process has open while the suite runs in another. @param {string} files */
  #lockedFile(files) {
    const addon = require("../../build/mailboat.node");
    const file = path.join(files, "locked.db");
    const columns = [{ name: "body", type: "text" }];
    addon.open(
      JSON.stringify({ path: file, schema: { collections: [{ name: "notes", columns }] } }),
    );
    return file;
  }

  /** @param {string} folder */
  async #server(folder) {
    const server = new DevServer({
      folder: path.join(folder, "server"),
      log: path.join(folder, "server.log"),
    });
    await server.start();
    this.#undo.push(() => server.stop());
    /** @type {Record<string, string>} */
    const tokens = {};
    for (const user of USERS) tokens[user] = await server.token(user);
    await server.addFaults(FAULTS);
    return { url: server.url, tokens };
  }

  /** A server of our own. @param {(socket: net.Socket) => void} take @returns {Promise<string>} */
  async #listen(take) {
    /** @type {Set<net.Socket>} */
    const sockets = new Set();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      // A client that gives up may reset the connection.
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      take(socket);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
    this.#undo.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `http://127.0.0.1:${/** @type {net.AddressInfo} */ (server.address()).port}`;
  }
}

module.exports = { Surroundings };
