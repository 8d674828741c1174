// Asks a server that never answers, and says how that ends.

const { addon, code, config, execute, open, say } = require("./waist");

const [, , path, baseUrl] = process.argv;
const backend = { kind: "rest", baseUrl };
const { engine } = open(config(path, { backend, policy: { requestTimeoutMs: 300 } }));
addon.onWake(() => {
  for (const { type, question } of JSON.parse(addon.drain(engine)).events) {
    if (type !== "question") continue;
    void execute(engine, { type: "answer", question, answer: { kind: "token", token: null } });
  }
});
execute(engine, { type: "sync" }).then(
  () => say("synced"),
  (error) => say(code(error)),
);
