// Calls past the TypeScript API, at the waist itself, and calls of engines that are not
// there. Text that is not what it should be must never reach the database.

// @ts-check

const { nodeHost } = require("react-native-mailboat/node");
// What the API makes of a host's error.
const { toMailboatError } = require("../../dist/error");
const { SECRET, failInApp, openApp, message } = require("./app");

/** @typedef {import("./faults").Fault} Fault */

/** Not a number that any engine of the process has. */
const NO_ENGINE = 4_000_000_000;

/**
 * @param {string} name
 * @param {(host: any, engine: number) => unknown} call
 * @param {string} [code]
 * @returns {Fault}
 */
function refused(name, call, code = "INVALID_ARGUMENT") {
  const fail = async (/** @type {{ engineId: number }} */ { engineId }) => {
    try {
      await call(nodeHost(), engineId);
    } catch (error) {
      throw toMailboatError(error);
    }
  };
  return { name, code, provoke: ({ place }) => failInApp(place, fail) };
}

/** A command whose end is cut off. */
const NOT_JSON = JSON.stringify({
  type: "create",
  collection: "messages",
  values: message({}),
}).slice(0, -2);

const RECORD = { collection: "notes", id: "lamp" };

/** @type {Fault[]} */
const faults = [
  refused("invalid-json-to-open", (host) => host.open(NOT_JSON)),
  refused("invalid-json-to-query", (host, engine) => host.query(engine, NOT_JSON)),
  refused("invalid-json-to-watch", (host, engine) => host.watch(engine, NOT_JSON)),
  refused("invalid-json-to-execute", (host, engine) => host.execute(engine, NOT_JSON)),
  refused("unknown-command", (host, engine) =>
    host.execute(engine, JSON.stringify({ type: SECRET })),
  ),
  refused("field-too-many", (host, engine) =>
    host.execute(engine, JSON.stringify({ type: "delete", ...RECORD, [SECRET]: 1 })),
  ),
  refused("lone-surrogate-to-execute", (host, engine) => {
    const values = message({ body: `${SECRET}\ud800` });
    return host.execute(engine, JSON.stringify({ type: "create", collection: "messages", values }));
  }),
  refused("argument-that-is-no-text", (host, engine) => host.execute(engine, { type: "sync" })),
  refused("unknown-engine", (host) => host.query(NO_ENGINE, '{"type":"status"}'), "CLOSED"),
  {
    name: "write-to-a-closed-engine",
    code: "CLOSED",
    async provoke({ place }) {
      const mailboat = await openApp(place);
      await mailboat.close();
      await mailboat.create("messages", message({}));
    },
  },
  {
    name: "read-of-a-closed-engine",
    code: "CLOSED",
    async provoke({ place }) {
      const mailboat = await openApp(place);
      await mailboat.close();
      mailboat.querySync({ collection: "messages", limit: 1 });
    },
  },
];

module.exports = { faults };
