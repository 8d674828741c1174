// What really happened, counted from the database files after everybody has closed theirs:
// by plain SQL, without the engine, and without what the processes remember.

// @ts-check

const { readRows } = require("./sqlite");

/**
 * @typedef {object} Count
 * @property {number} sent what the author was acknowledged, and what was stored without
 * @property {number} delivered of these, what the server applied and the reader's file shows
 * @property {number} lost of these, what is missing on the server or with the reader
 * @property {number} duplicated effects and rows beyond the first of their message
 * @property {number} outOfOrder places where a message stands behind a later one
 * @property {number} unacknowledged stored, though the author was killed before hearing of it
 */

/**
 * Follows the messages of one person to another.
 *
 * @param {{ author: import("./person").Person, reader: import("./person").Person, serverFile: string }} way
 * @returns {Count}
 */
function recount({ author, reader, serverFile }) {
  const effects = effectsOf(serverFile, author.user);
  const kept = rowsOf(author.file, author.user);
  const read = rowsOf(reader.file, author.user);
  const acknowledged = new Set(author.acknowledged);
  const sent = new Set([...acknowledged, ...kept, ...effects.bodies]);
  const onServer = new Set(effects.bodies);
  const withReader = new Set(read);
  const delivered = [...sent].filter((body) => onServer.has(body) && withReader.has(body));
  return {
    sent: sent.size,
    delivered: delivered.length,
    lost: sent.size - delivered.length,
    duplicated: effects.repeated + (read.length - withReader.size),
    outOfOrder: descents([...onServer]) + descents([...withReader]),
    unacknowledged: sent.size - acknowledged.size,
  };
}

/** Bodies in the order the server applied them, and how many effects a message had too many. */
function effectsOf(/** @type {string} */ serverFile, /** @type {string} */ user) {
  const [rows] = readRows(
    serverFile,
    `SELECT json_extract(records.body, '$.body') AS body FROM effects
     JOIN records ON records.collection = effects.collection AND records.id = effects.record_id
     WHERE effects.collection = 'messages' AND effects.user = '${user}' ORDER BY effects.sequence`,
  );
  const bodies = rows.map(({ body }) => body);
  return { bodies, repeated: bodies.length - new Set(bodies).size };
}

/** Bodies in the order of the screen. */
function rowsOf(/** @type {string} */ file, /** @type {string} */ user) {
  const [rows] = readRows(
    file,
    `SELECT body FROM messages WHERE senderId = '${user}' AND _deleted = 0 ORDER BY _position`,
  );
  return rows.map(({ body }) => body);
}

/** How often a message stands directly behind one that was written after it. */
function descents(/** @type {string[]} */ bodies) {
  const places = bodies.map(placeOf);
  return places.filter((place, at) => at > 0 && place <= (places[at - 1] ?? 0)).length;
}

/** The place of a message in the order of writing, from its name: life, then number in it. */
function placeOf(/** @type {string} */ body) {
  const [, life, number] = /^\w+ (\d+)\.(\d+):/.exec(body) ?? [];
  if (life === undefined) throw new Error(`A message that nobody wrote: ${body}`);
  return Number(life) * 1_000_000 + Number(number);
}

module.exports = { recount };
