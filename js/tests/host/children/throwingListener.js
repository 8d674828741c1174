// A listener throws: with `caught` somebody listens for uncaught exceptions.

const { addon, config, create, open, say } = require("./waist");

const [, , path, mode] = process.argv;
if (mode === "caught") process.on("uncaughtException", ({ message }) => say("caught", message));

async function main() {
  const { engine } = open(config(path));
  addon.onWake((woken) => {
    addon.drain(woken);
    throw new Error("boom");
  });
  addon.onWake(() => say("the other listener"));
  await create(engine, "one");
  say("written");
}

void main();
