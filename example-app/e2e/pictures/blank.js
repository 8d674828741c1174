// Tells a picture of a screen from a picture of nothing: a window that drew no text, or
// nothing at all, still writes a fine PNG.

// @ts-check

const { readPng } = require("./png");

/** A screen with text has many shades; letters alone bring dozens. */
const FEWEST_COLOURS = 16;
/** So much of a picture at least is not its background, as a share. */
const LEAST_INK = 0.002;

/**
 * Why a picture shows nothing; `null` when it shows something.
 *
 * @param {string} file
 */
function blankness(file) {
  const { channels, height, pixels, width } = readPng(file);
  /** @type {Map<number, number>} */
  const colours = new Map();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = pixels.readUIntBE(at, 3);
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  const ink = 1 - Math.max(0, ...colours.values()) / (width * height);
  if (colours.size >= FEWEST_COLOURS && ink >= LEAST_INK) return null;
  return `${file} is blank: ${colours.size} colours, ${(100 * ink).toFixed(2)} % of it drawn`;
}

module.exports = { blankness };
