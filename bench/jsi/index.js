// The native module on Hermes, beside op-sqlite and the floor in the same engine.
"use strict";

const { copyOf, emptyFile, fullFile } = require("../lib/files");
const { bundleContests } = require("./bundle");
const { Figures } = require("./figures");
const { compiler, opSqliteVersion, program } = require("./hermes");
const tables = require("./tables");

const ROUNDS = 15;
const MESSAGES = 10_000;
const DURABILITIES = ["normal", "full"];
const SUBSCRIBERS = [1, 20];

/** In a round each contest has a process of its own, in which its contestants take turns. */
async function run() {
  const [empty, full] = [await emptyFile(), await fullFile(MESSAGES)];
  const figures = new Figures();
  const inHermes = program(bundleContests(compiler()));
  for (const durability of DURABILITIES) {
    const { answer, engine } = inHermes({ contest: "settings", durability, file: copyOf(empty) });
    console.log(
      `\n${engine}, op-sqlite ${opSqliteVersion()}; on one core; all connections, ${durability}:\n  ${answer}`,
    );
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const durability of DURABILITIES) {
      sends(inHermes, figures, durability, empty);
      for (const count of SUBSCRIBERS) changes(inHermes, figures, durability, count, full);
    }
    reads(inHermes, figures, full);
  }
  return tables.of(figures, { rounds: ROUNDS });
}

function sends(inHermes, figures, durability, empty) {
  const files = copies(empty, ["mailboat", "executeBatch", "bareCommit", "waist", "executeSync"]);
  const { answer } = inHermes({ contest: "sends", durability, files });
  figures.addMedians(`send ${durability}`, answer);
}

function changes(inHermes, figures, durability, subscribers, full) {
  const files = copies(full, ["mailboat", "opSqlite"]);
  const { answer } = inHermes({ contest: "subscribers", durability, subscribers, files });
  figures.addMedians(`change ${durability} ${subscribers}`, answer);
}

/** What stays on the JavaScript thread, and the ways off it and back. */
function reads(inHermes, figures, full) {
  const files = copies(full, ["mailboat", "waist", "opSqlite", "sqlite"]);
  figures.addMedians("read", inHermes({ contest: "reads", files }).answer);
  const { large, small } = inHermes({ contest: "patches", file: copyOf(full) }).answer;
  figures.addMedians("patch small", small);
  figures.addMedians("patch large", large);
  figures.addMedians("hop", inHermes({ contest: "hops" }).answer);
}

/** A copy of a file for each name. */
function copies(file, names) {
  return Object.fromEntries(names.map((name) => [name, copyOf(file)]));
}

module.exports = { run };
