// The dev server as a process of its own, with its data in the run's folder.
"use strict";

const { spawn } = require("node:child_process");
const path = require("node:path");
const readline = require("node:readline");
const { newPath } = require("./files");

const BINARY = path.join(__dirname, "../../target/release/mailboat-devserver");

/**
 * Starts a server on which Ann has so many conversations, named c0, c1, ...
 *
 * @param {number} conversations
 * @param {{ members?: string[], dir?: string }} options whose they are, besides; and a folder
 *   with the data of a server that has run before
 */
async function startServer(conversations, { members = ["ann"], dir = newPath("server") } = {}) {
  const child = spawn(BINARY, ["serve", "--dir", dir, "--port", "0"], {
    // Its log would stand between the tables.
    env: { ...process.env, RUST_LOG: process.env.RUST_LOG ?? "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(readline.createInterface({ input: child.stdout }), "line");
  const { url } = JSON.parse(line);
  const tokenOf = async (user) => (await post(`${url}/dev/token`, { user })).token;
  const token = await tokenOf("ann");
  const entries = Array.from({ length: conversations }, (_, n) => ({
    id: `0190b0c0-0000-7000-9000-${n.toString(16).padStart(12, "0")}`,
    collection: "conversations",
    recordId: `c${n}`,
    operation: "create",
    values: { title: `Talk ${n}`, memberIds: members },
    lane: `c${n}`,
    lanePolicy: "hold",
  }));
  if (entries.length > 0) await post(`${url}/v1/push`, { entries }, token);
  /** Each request takes so much longer from now on. */
  const delayBy = (ms) =>
    post(`${url}/dev/faults`, [{ on: "any", times: null, kind: "delay", ms }]);
  const stop = async (messages) => {
    const state = await (await fetch(`${url}/dev/state`)).json();
    const ended = once(child, "exit");
    child.kill();
    await ended;
    if (state.records.messages !== messages)
      throw new Error(`the server holds ${state.records.messages}`);
  };
  return { url, token, tokenOf, dir, delayBy, stop };
}

async function post(url, body, token) {
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));
}

module.exports = { startServer };
