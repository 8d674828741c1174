// Has a file open until its input ends.

const { config, open, say } = require("./waist");

open(config(process.argv[2]));
say("open");
process.stdin.resume();
