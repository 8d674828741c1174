// A backend that is not what it should be. Nothing is lost: what waits goes on waiting.

// @ts-check

const { CONVERSATION, SECRET, failInApp } = require("./app");
const { withServer } = require("./backend");

/** @typedef {import("./faults").Fault} Fault */

/**
 * Calls the engine with a server that does one thing wrong.
 *
 * @param {string} name
 * @param {string} code
 * @param {object} wrong
 * @param {object[]} [wrong.serverFaults] of docs/rest-contract.md
 * @param {string} [wrong.token] in place of a good one
 * @param {boolean} [wrong.stopped] nobody listens
 * @param {(mailboat: any) => unknown} [wrong.call] in place of `sync`
 * @returns {Fault}
 */
function wrongBackend(name, code, { serverFaults = [], token, stopped = false, call = sync }) {
  return {
    name,
    code,
    provoke({ place }) {
      const provoked = async (/** @type {any} */ server, /** @type {object} */ backend) => {
        await server.addFaults(serverFaults);
        if (stopped) await server.stop();
        await failInApp(place, call, { backend });
      };
      return withServer(place, provoked, token);
    },
  };
}

const sync = (/** @type {any} */ mailboat) => mailboat.sync();

/** @type {Fault[]} */
const faults = [
  wrongBackend("token-that-is-refused", "UNAUTHORIZED", { token: SECRET }),
  wrongBackend("server-that-answers-garbage", "NETWORK", {
    serverFaults: [{ on: "any", kind: "garbage", times: null }],
  }),
  wrongBackend("server-that-answers-half", "NETWORK", {
    serverFaults: [{ on: "any", kind: "truncate", times: null }],
  }),
  wrongBackend("server-that-is-down", "NETWORK", { stopped: true }),
  wrongBackend("server-that-is-busy", "NETWORK", {
    serverFaults: [{ on: "any", kind: "status", status: 503, times: null }],
  }),
  wrongBackend("server-that-refuses-the-request", "REJECTED", {
    serverFaults: [{ on: "any", kind: "status", status: 403, times: null }],
  }),
  wrongBackend("load-older-limit-501", "INVALID_ARGUMENT", {
    call: (mailboat) => mailboat.loadOlder("messages", CONVERSATION, 501),
  }),
];

module.exports = { faults };
