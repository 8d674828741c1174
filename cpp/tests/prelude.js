// What the JavaScript of the C++ tests finds besides `mailboat` and `done`.
/* global consoleHost, execute, mailboat */
"use strict";

/** Opens the test's file; answers what `open` says. */
globalThis.open = (more = {}) => {
  const schema = { collections: [{ name: "notes", columns: [{ name: "body", type: "text" }] }] };
  return JSON.parse(mailboat.open(JSON.stringify({ path: consoleHost.args[0], schema, ...more })));
};

/** Runs a command. */
globalThis.execute = async (engine, command) =>
  JSON.parse(await mailboat.execute(engine, JSON.stringify(command)));

/** Writes a note. */
globalThis.create = (engine, body = "a note") =>
  execute(engine, { type: "create", collection: "notes", values: { body } });

/** How many notes there are, to 500. */
globalThis.count = (engine) => {
  const window = { collection: "notes", limit: 500 };
  return JSON.parse(mailboat.query(engine, JSON.stringify({ type: "window", window }))).rows.length;
};

/** What the engine holds in memory. */
globalThis.counters = (engine) =>
  JSON.parse(mailboat.query(engine, JSON.stringify({ type: "counters" })));

/** Starts a watch on all notes. */
globalThis.watch = (engine) =>
  JSON.parse(mailboat.watch(engine, JSON.stringify({ collection: "notes", limit: 500 })));

/** The code of the error that a call throws. */
globalThis.codeOf = (call) => {
  try {
    call();
  } catch (error) {
    return JSON.parse(error.message).code;
  }
  return "nothing thrown";
};

/** The code of the error that a promise rejects with. */
globalThis.rejectionOf = (promise) =>
  promise.then(
    () => "not rejected",
    (error) => JSON.parse(error.message).code,
  );
