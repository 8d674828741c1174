// Pictures as the window writes them: PNG, eight bits a channel, no interlace. Reading them
// shows whether anything is on them; writing puts two side by side.

// @ts-check

const { deflateSync, inflateSync } = require("node:zlib");
const { readFileSync, writeFileSync } = require("node:fs");

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const EIGHT_BITS = 8;
const RGB = 2;
const RGBA = 6;
/** Length and type before a chunk's data, its checksum behind, in bytes. */
const CHUNK_HEAD = 8;
const CHUNK_TAIL = 4;

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {number} channels 3, or 4 with alpha
 * @property {Buffer} pixels row by row, without padding
 */

/** @param {string} file @returns {Picture} */
function readPng(file) {
  const bytes = readFileSync(file);
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error(`${file} is no PNG`);
  let header = Buffer.alloc(0);
  const packed = [];
  for (let at = SIGNATURE.length; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + CHUNK_HEAD);
    const data = bytes.subarray(at + CHUNK_HEAD, at + CHUNK_HEAD + length);
    if (type === "IHDR") header = data;
    if (type === "IDAT") packed.push(data);
    at += CHUNK_HEAD + length + CHUNK_TAIL;
  }
  const [depth, colour, , , interlace] = header.subarray(8);
  if (depth !== EIGHT_BITS || (colour !== RGB && colour !== RGBA) || interlace !== 0) {
    throw new Error(`${file} is a PNG of another kind`);
  }
  const shape = {
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    channels: colour === RGBA ? 4 : 3,
  };
  return { ...shape, pixels: unfilter(inflateSync(Buffer.concat(packed)), shape) };
}

/** @param {string} file @param {Picture} picture */
function writePng(file, { width, height, channels, pixels }) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([EIGHT_BITS, channels === 4 ? RGBA : RGB], 8);
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    pixels.copy(rows, y * (stride + 1) + 1, y * stride, (y + 1) * stride);
  }
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ];
  writeFileSync(file, Buffer.concat([SIGNATURE, ...chunks]));
}

/**
 * Puts pictures side by side, on the background of the first one's corner.
 *
 * @param {Picture[]} pictures @param {number} gap between them, in pixels @returns {Picture}
 */
function sideBySide(pictures, gap) {
  const width = pictures.reduce((sum, picture) => sum + picture.width, gap * (pictures.length - 1));
  const height = Math.max(...pictures.map((picture) => picture.height));
  const pixels = Buffer.alloc(width * height * 3, 0xff);
  let left = 0;
  for (const { channels, height: rows, pixels: from, width: columns } of pictures) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const source = (y * columns + x) * channels;
        from.copy(pixels, (y * width + left + x) * 3, source, source + 3);
      }
    }
    left += columns + gap;
  }
  return { width, height, channels: 3, pixels };
}

/**
 * Each row says how its bytes were guessed from those on the left and above; what is stored
 * is the difference (PNG specification, section 9).
 *
 * @param {Buffer} rows @param {{ width: number, height: number, channels: number }} shape
 */
function unfilter(rows, { width, height, channels }) {
  const stride = width * channels;
  const pixels = Buffer.alloc(height * stride);
  const pixel = (/** @type {number} */ x, /** @type {number} */ y) =>
    x < 0 || y < 0 ? 0 : pixels.readUInt8(y * stride + x);
  for (let y = 0; y < height; y++) {
    const row = y * (stride + 1);
    const filter = rows.readUInt8(row);
    for (let x = 0; x < stride; x++) {
      const left = pixel(x - channels, y);
      const above = pixel(x, y - 1);
      const aboveLeft = pixel(x - channels, y - 1);
      const guess = guessed(filter, left, above, aboveLeft);
      pixels[y * stride + x] = rows.readUInt8(row + 1 + x) + guess;
    }
  }
  return pixels;
}

/**
 * @param {number} filter @param {number} left @param {number} above @param {number} aboveLeft
 */
function guessed(filter, left, above, aboveLeft) {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    default:
      return paeth(left, above, aboveLeft);
  }
}

/** The neighbour that is nearest to `left + above - aboveLeft`. */
function paeth(
  /** @type {number} */ left,
  /** @type {number} */ above,
  /** @type {number} */ aboveLeft,
) {
  const byLeft = Math.abs(above - aboveLeft);
  const byAbove = Math.abs(left - aboveLeft);
  const byBoth = Math.abs(left + above - 2 * aboveLeft);
  if (byLeft <= byAbove && byLeft <= byBoth) return left;
  return byAbove <= byBoth ? above : aboveLeft;
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(CHUNK_TAIL);
  frame.writeUInt32BE(data.length);
  const sum = Buffer.alloc(CHUNK_TAIL);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, sum]);
}

/** The checksum of PNG's chunks (ISO 3309), bit by bit: pictures are small. @param {Buffer} bytes */
function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

module.exports = { readPng, sideBySide, writePng };
