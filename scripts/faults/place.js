// Where one fault happens: a folder of its own with a database in it that holds unsent
// messages, and what makes the surroundings hostile.

// @ts-check

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

/** The database that an app has open, or tries to open. */
const DATABASE = "chat.db";

class Place {
  #mounted = false;

  /** @param {string} folder made if it is not there */
  constructor(folder) {
    fs.mkdirSync(folder, { recursive: true });
    this.folder = folder;
    this.database = path.join(folder, DATABASE);
  }

  /** @param {string} name a file in the folder */
  file(name) {
    return path.join(this.folder, name);
  }

  /** @param {string} name a file beside the folder, on another disk if this one is small */
  outside(name) {
    return `${this.folder}-${name}`;
  }

  /** Puts a copy of a database in, closed in order. @param {string} template */
  furnish(template) {
    fs.copyFileSync(template, this.database);
  }

  /** Makes the folder a file system of its own. Needs the right to mount. @param {number} bytes */
  mountSmallDisk(bytes) {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "none", this.folder]);
    this.#mounted = true;
  }

  makeReadOnly() {
    execFileSync("mount", ["-o", "remount,bind,ro", this.folder]);
  }

  /** Fills the disk up until so many bytes are free; replaces what filled it before. @param {number} bytes */
  leaveFree(bytes) {
    this.freeAll();
    const { bavail, bsize } = fs.statfsSync(this.folder);
    const surplus = bavail * bsize - bytes;
    if (surplus < 0) throw new Error(`The small disk has no ${bytes} bytes to leave free.`);
    try {
      fs.writeFileSync(this.file("ballast"), Buffer.alloc(surplus));
    } catch (error) {
      // The engine has taken some of it in the meantime: the disk is full all the same.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOSPC") throw error;
    }
  }

  /** Takes away what filled the disk. */
  freeAll() {
    fs.rmSync(this.file("ballast"), { force: true });
  }

  /** Takes everything away. Bound, so that it can be handed on. */
  remove = () => {
    if (this.#mounted) execFileSync("umount", [this.folder]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  };
}

module.exports = { Place };
