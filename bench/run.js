// The comparison tables: npm run bench -- [sends] [open] [drain] [outbox] [jsi] [--json FILE].
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const { isBuilt } = require("./jsi/hermes");
const { isMet, print } = require("./lib/table");

const CONTESTS = ["sends", "open", "drain", "outbox", "jsi"];

function parse(words) {
  const at = words.indexOf("--json");
  const json = at < 0 ? undefined : words.splice(at, 2)[1];
  const unknown = words.find((word) => !CONTESTS.includes(word));
  if (unknown !== undefined || (at >= 0 && json === undefined)) {
    throw new Error(`usage: npm run bench -- [${CONTESTS.join("] [")}] [--json FILE]`);
  }
  return { json, contests: words.length > 0 ? words : possible() };
}

/** The contest on Hermes wants an engine that takes minutes to build: not unless it is named. */
function possible() {
  if (isBuilt()) return CONTESTS;
  console.log("jsi is left out: it needs Hermes, which `npm run bench -- jsi` builds.");
  return CONTESTS.filter((name) => name !== "jsi");
}

async function main() {
  const { contests, json } = parse(process.argv.slice(2));
  const load = () => os.loadavg()[0].toFixed(2);
  console.log(`${os.cpus().length} cores, Node ${process.version}, load ${load()} at the start`);
  const tables = [];
  for (const contest of contests) {
    for (const table of await require(`./${contest}`).run()) {
      print(table);
      tables.push({ contest, ...table });
    }
  }
  console.log(`\nload ${load()} at the end`);
  const goals = tables.flatMap((table) => table.goals);
  console.log(`${goals.filter(isMet).length} of ${goals.length} goals met`);
  if (json !== undefined) fs.writeFileSync(json, `${JSON.stringify(tables, null, 2)}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
