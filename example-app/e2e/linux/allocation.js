// Devices come and go: each is a folder of its own, gone when Detox gives it back. This runs
// in Detox's first process; the windows run below Jest's.

// @ts-check

const { mkdtemp, rm } = require("node:fs/promises");
const { tmpdir } = require("node:os");
const path = require("node:path");

/**
 * What Detox hands from process to process to name a device.
 *
 * @typedef {{ id: string, name: string, folder: string }} DeviceCookie
 */

class LinuxAllocationDriver {
  /** @returns {Promise<DeviceCookie>} */
  async allocate() {
    const folder = await mkdtemp(path.join(tmpdir(), "mailboat-device-"));
    const id = path.basename(folder);
    return { id, name: id, folder };
  }

  /** @param {DeviceCookie} cookie */
  async free({ folder }) {
    await rm(folder, { recursive: true, force: true });
  }
}

module.exports = { LinuxAllocationDriver };
