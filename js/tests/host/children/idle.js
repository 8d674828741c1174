// An open engine, a watch and a listener: none of them holds this process.

const { addon, config, open, say } = require("./waist");

const { engine } = open(config(process.argv[2]));
addon.onWake((woken) => addon.drain(woken));
addon.watch(engine, JSON.stringify({ collection: "notes", limit: 10 }));
say("open");
