// All faults, and what a fault is.

// @ts-check

/**
 * @typedef {object} Scene what a fault works on, in the child process
 * @property {import("./place").Place} place
 * @property {string[]} written ids of messages that were acknowledged on the way
 */

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} code of the error that must come of it
 * @property {(place: import("./place").Place, template: string) => unknown} [prepare] breaks
 *   the surroundings, before the child starts; puts the database in by itself if there is one
 * @property {(scene: Scene) => unknown} provoke in the child: throws, or rejects with, the error
 * @property {"rows" | "records" | "bytes"} [stored] what must stay as it was: the app's
 *   records and its outbox (when left out), its records alone, or every file to the byte
 * @property {boolean} [mounts] needs the right to mount
 */

/** @type {Fault[]} */
const FAULTS = ["./arguments", "./waist", "./opening", "./network", "./diskFull"].flatMap(
  (file) => require(file).faults,
);

module.exports = { FAULTS };
