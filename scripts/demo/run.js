// npm run demo [-- [--keep DIR] [--sabotage]]
//
// The last line is counted from the database files, and the exit code follows from it.

// @ts-check

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { parseArgs } = require("node:util");
const { Cast } = require("./cast");
const places = require("./places");
const { recount } = require("./recount");
const { tellStory } = require("./story");
const { Terminal } = require("./terminal");

const USAGE = "usage: npm run demo [-- [--keep DIR] [--sabotage]]";
/** With fewer messages the demo has shown nothing. */
const LEAST_SENT = 100;

async function main() {
  const { keep, sabotage } = readOptions();
  const folder = makeFolder(keep);
  const tidyUp = () => {
    if (keep === undefined) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const terminal = new Terminal(process.stdout);
  terminal.plain("Mailboat: Ann and Ben, a process and a database file each, and a server.");
  /** @type {Cast | null} */
  let cast = null;
  onSignal(() => {
    cast?.endNow();
    tidyUp();
  });
  try {
    cast = await Cast.assemble(folder, { sabotage, terminal });
    const cameToItsEnd = await play(cast);
    const counts = recountBothWays(cast);
    terminal.plain("", "Counted from the files:", ...counts.lines);
    if (keep !== undefined) terminal.plain("", ...howToLook(folder));
    terminal.plain("", lastLine(counts, cast.kills));
    const { duplicated, lost, outOfOrder, sent } = counts;
    const clean = lost + duplicated + outOfOrder === 0 && sent >= LEAST_SENT;
    process.exitCode = cameToItsEnd && clean ? 0 : 1;
  } finally {
    tidyUp();
  }
}

function readOptions() {
  try {
    const options = /** @type {const} */ ({
      keep: { type: "string" },
      sabotage: { type: "boolean", default: false },
    });
    const { keep, sabotage = false } = parseArgs({ options }).values;
    return { keep, sabotage };
  } catch (cause) {
    throw new Error(`${/** @type {Error} */ (cause).message}\n${USAGE}`, { cause });
  }
}

/** @param {string | undefined} keep */
function makeFolder(keep) {
  if (keep === undefined) return fs.mkdtempSync(path.join(os.tmpdir(), "mailboat-demo-"));
  fs.mkdirSync(keep, { recursive: true });
  if (fs.readdirSync(keep).length > 0)
    throw new Error(`${keep} is not empty. Name another folder.`);
  return path.resolve(keep);
}

/** @param {() => void} end */
function onSignal(end) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => {
      end();
      process.exit(128 + os.constants.signals[signal]);
    });
  }
}

/** @param {Cast} cast @returns {Promise<boolean>} whether the story came to its end */
async function play(cast) {
  try {
    await tellStory(cast);
    await cast.leave();
    return true;
  } catch (error) {
    cast.terminal.say("", `The story broke off: ${/** @type {Error} */ (error).message}`);
    return false;
  } finally {
    cast.terminal.end();
    cast.endNow();
  }
}

/** Ann's messages are what the demo is about; what goes wrong with Ben's counts as well. @param {Cast} cast */
function recountBothWays({ ann, ben, server }) {
  const serverFile = server.databaseFile;
  const toBen = recount({ author: ann, reader: ben, serverFile });
  const toAnn = recount({ author: ben, reader: ann, serverFile });
  return {
    sent: toBen.sent,
    delivered: toBen.delivered,
    lost: toBen.lost + toAnn.lost,
    duplicated: toBen.duplicated + toAnn.duplicated,
    outOfOrder: toBen.outOfOrder + toAnn.outOfOrder,
    lines: [sentence("Ann", "Ben", toBen), sentence("Ben", "Ann", toAnn)],
  };
}

/** @param {string} author @param {string} reader @param {import("./recount").Count} count */
function sentence(author, reader, { sent, unacknowledged, delivered, duplicated }) {
  const parts = [
    `${sent - unacknowledged} acknowledged`,
    `${unacknowledged} stored without`,
    `${delivered} applied by the server and read by ${reader}`,
    `${duplicated} of them more than once`,
  ];
  return `   from ${author}: ${parts.join(", ")}`;
}

/** @param {{ sent: number, delivered: number, lost: number, duplicated: number, outOfOrder: number }} counts */
function lastLine({ sent, delivered, lost, duplicated, outOfOrder }, /** @type {number} */ kills) {
  return `mailboat-demo sent=${sent} delivered=${delivered} lost=${lost} duplicated=${duplicated} out_of_order=${outOfOrder} kills=${kills}`;
}

/** @param {string} folder */
function howToLook(folder) {
  return [
    `The files are in ${folder}. Look at them with sqlite3, or with:`,
    `   ${places.recountCommand} ${folder}/ben.db "SELECT body FROM messages ORDER BY _position"`,
    `   ${places.recountCommand} ${folder}/server/devserver.sqlite "SELECT * FROM effects"`,
  ];
}

main().catch((error) => {
  console.error(`mailboat: ${error.message}`);
  process.exitCode = 1;
});
