// Abandons an engine while a command waits, and opens its file again at once.

const { addon, bodies, config, create, execute, open, say } = require("./waist");

async function main() {
  const text = config(process.argv[2], { backend: { kind: "javaScript" } });
  const { engine } = open(text);
  await create(engine, "one");
  const settled = () => say("settled");
  // Nobody answers the engine's question, so this waits.
  execute(engine, { type: "sync" }).then(settled, settled);
  addon.abandon(engine);
  const again = open(text);
  say(again.engine > engine ? "another engine" : "the same engine", bodies(again.engine).join());
  await create(again.engine, "two");
  say(bodies(again.engine).join());
}

void main();
