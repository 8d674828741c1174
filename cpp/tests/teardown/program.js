// What a runtime of the teardown fuzz does until it is destroyed: real calls, drawn from
// the seed of its plan. The fuzz hands in `plan` and `ledger`, and reads `unsettled`.
/* global __turboModuleProxy, ledger, plan */
"use strict";

/** Promises of the module that have not been settled: what is in flight. */
globalThis.unsettled = 0;

(() => {
  const { config, writer, maxWrites, seed, writes, watches, answers, endsAt } = plan;
  const mailboat = globalThis.mailboat ?? __turboModuleProxy("Mailboat");

  let state = seed;
  /** A number from 0 to `limit` - 1, by Lehmer's generator. */
  const below = (limit) => {
    state = (state * 48271 + 11) % 2147483647;
    return state % limit;
  };

  /** Some kind of event has happened; one of them ends the runtime inside its task. */
  let events = 0;
  const event = () => {
    if (events++ === endsAt) ledger.end();
  };

  // Another runtime may have the engine now: it is in the nature of these rounds.
  const expected = new Set(["CLOSED"]);
  const refused = (error) => {
    const code = error.message.startsWith("{") ? JSON.parse(error.message).code : error.message;
    if (!expected.has(code)) throw error;
  };
  const attempt = (call) => {
    try {
      return call();
    } catch (error) {
      refused(error);
      return undefined;
    }
  };

  let engine;
  const execute = (command) => {
    globalThis.unsettled += 1;
    return mailboat.execute(engine, JSON.stringify(command)).then(
      (text) => {
        globalThis.unsettled -= 1;
        event();
        return JSON.parse(text);
      },
      (error) => {
        globalThis.unsettled -= 1;
        event();
        refused(error);
        return undefined;
      },
    );
  };

  let written = 0;
  const create = () => {
    if (written === maxWrites) return;
    const number = written++;
    const body = "✉ ".repeat(below(200));
    void execute({ type: "create", collection: "notes", values: { writer, number, body } }).then(
      (answer) => {
        if (answer === undefined) return;
        ledger.acknowledge(writer, number);
        if (below(4) === 0) {
          const values = { writer, number, body: "changed" };
          void execute({ type: "update", collection: "notes", id: answer.id, values });
        }
      },
    );
  };

  const window = () => ({
    collection: "notes",
    limit: 1 + below(50),
    take: below(2) ? "last" : "first",
  });
  const watched = [];
  const watch = () => {
    const answer = attempt(() => mailboat.watch(engine, JSON.stringify(window())));
    if (answer !== undefined) watched.push(JSON.parse(answer).watch);
  };

  // The backend.
  const outcome = ({ id, operation, values }) => {
    const version = operation === "create" ? 1 : 2;
    const order = values.writer * maxWrites + values.number;
    const seen = operation === "create" && ledger.take(values.writer, values.number);
    return { outcome: seen ? "duplicate" : "acked", id, version, order, values };
  };
  const answerTo = (ask) => {
    switch (ask.kind) {
      case "push":
        return { kind: "push", outcomes: ask.entries.map(outcome) };
      case "pull":
        return { kind: "pull", page: { changes: [], tombstones: [], cursor: "here", more: false } };
      default:
        return { kind: "failed" };
    }
  };

  const onEvent = (told) => {
    if (told.type !== "question" || !answers) return;
    void execute({ type: "answer", question: told.question, answer: answerTo(told.ask) });
  };
  const drain = () => {
    const drained = attempt(() => mailboat.drain(engine));
    if (drained !== undefined) JSON.parse(drained).events.forEach(onEvent);
  };
  const listen = () =>
    mailboat.onWake((woken) => {
      event();
      if (woken === engine) drain();
    });

  engine = JSON.parse(mailboat.open(JSON.stringify(config))).engine;
  let listening = listen();
  for (let at = 0; at < watches; at += 1) watch();
  void execute({ type: "sync" });
  for (let at = 0; at < writes; at += 1) create();

  const steps = [
    create,
    create,
    watch,
    drain,
    () => watched.length > 0 && attempt(() => mailboat.unwatch(engine, watched.pop())),
    () =>
      attempt(() => mailboat.query(engine, JSON.stringify({ type: "window", window: window() }))),
    () => void execute({ type: "query", query: { type: "window", window: window() } }),
    () => void execute({ type: "sync" }),
    () => {
      listening.remove();
      listening = listen();
    },
  ];
  const step = () => {
    event();
    steps[below(steps.length)]();
    setTimeout(step, below(2));
  };
  setTimeout(step, 0);
  setImmediate(step);
})();
