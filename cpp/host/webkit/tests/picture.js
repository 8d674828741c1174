// What is in a PNG file: enough of the format to tell a picture from a blank page.

const { readFileSync } = require("node:fs");
const { inflateSync } = require("node:zlib");

const SIGNATURE_BYTES = 8;

/** Every chunk of the file: its type and its bytes. @param {Buffer} file */
function* chunks(file) {
  for (let at = SIGNATURE_BYTES; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    yield { type, bytes: file.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

/**
 * Its size, and how many different rows of pixels it has: one, when it is blank.
 *
 * @param {string} path
 */
function look(path) {
  const found = [...chunks(readFileSync(path))];
  const header = found.find(({ type }) => type === "IHDR")?.bytes;
  if (header === undefined) throw new Error(`${path} is no PNG file`);
  const height = header.readUInt32BE(4);
  const data = found.filter(({ type }) => type === "IDAT").map(({ bytes }) => bytes);
  const rows = inflateSync(Buffer.concat(data));
  const rowBytes = rows.length / height;
  const different = new Set();
  for (let row = 0; row < height; row += 1) {
    different.add(rows.toString("latin1", row * rowBytes, (row + 1) * rowBytes));
  }
  return { width: header.readUInt32BE(0), height, differentRows: different.size };
}

module.exports = { look };
