// What the child processes of these tests share: the add-on as it is, without TypeScript.

const addon = require("../../../../build/mailboat.node");

/** A schema of one collection. */
const schema = { collections: [{ name: "notes", columns: [{ name: "body", type: "text" }] }] };

/** The text of a config. */
const config = (path, more = {}) => JSON.stringify({ path, schema, ...more });

/** Opens an engine; answers what `open` says. */
const open = (text) => JSON.parse(addon.open(text));

/** Runs a command. */
const execute = async (engine, command) =>
  JSON.parse(await addon.execute(engine, JSON.stringify(command)));

/** Writes a note. */
const create = (engine, body) =>
  execute(engine, { type: "create", collection: "notes", values: { body } });

/** Every note, oldest first. */
const bodies = (engine) => {
  const window = { type: "window", window: { collection: "notes", limit: 500 } };
  return JSON.parse(addon.query(engine, JSON.stringify(window))).rows.map(({ body }) => body);
};

/** The code of an error of the waist. */
const code = (error) => JSON.parse(error.message).code;

/** One line for the test to read. */
const say = (...words) => process.stdout.write(`${words.join(" ")}\n`);

module.exports = { addon, bodies, code, config, create, execute, open, say };
