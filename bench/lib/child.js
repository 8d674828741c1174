// A contestant in a process of its own, so that one's memory and warm caches are not another's.
"use strict";

const { fork } = require("node:child_process");
const path = require("node:path");

/** Runs a script of `bench/children` and answers the one message it sends. */
function ask(script, ...words) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(__dirname, "../children", script), words.map(String));
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)));
  });
}

module.exports = { ask };
