// Runs the checks of the package (npm run check:package):
//
//   node scripts/package/check.js [--quick] [--only ID ...] [--json FILE]
//   node scripts/package/check.js --plant ID       breaks what it looks at: it must fail
//   node scripts/package/check.js --plants [...]   each is broken so; ok is what notices it
//
// One line a check, and below it, indented, what a failed command has said; the last line is
// `N ok, 0 failed, 0 skipped`.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { checks } = require("./checks");
const { Accident, kitOf } = require("./kit");

/** @typedef {import("./checks").Check} Check */
/** @typedef {{ ok: boolean, says: string }} Verdict */

const USAGE = "usage: check.js [--quick] [--only ID ...] [--plant ID | --plants] [--json FILE]";

/** @param {string[]} words */
function parse(words) {
  const asked = {
    quick: false,
    plants: false,
    only: /** @type {string[]} */ ([]),
    plant: /** @type {string | null} */ (null),
    json: /** @type {string | null} */ (null),
  };
  const left = [...words];
  const value = () => {
    const word = left.shift();
    if (word === undefined || word.startsWith("--")) throw new Error(USAGE);
    return word;
  };
  while (left.length > 0) {
    const flag = left.shift();
    if (flag === "--quick") asked.quick = true;
    else if (flag === "--plants") asked.plants = true;
    else if (flag === "--plant") asked.plant = value();
    else if (flag === "--json") asked.json = value();
    else if (flag === "--only") {
      do asked.only.push(value());
      while (left[0] !== undefined && !left[0].startsWith("--"));
    } else throw new Error(USAGE);
  }
  if (asked.plants && asked.plant !== null) throw new Error(USAGE);
  return asked;
}

/** Those asked for; an id that there is not is an error. @param {ReturnType<typeof parse>} asked */
function chosen({ quick, only, plant }) {
  const all = checks();
  const named = plant === null ? only : [plant];
  for (const id of named) {
    if (!all.some((check) => check.id === id)) throw new Error(`there is no check ${id}`);
  }
  return all
    .filter((check) => named.length === 0 || named.includes(check.id))
    .filter((check) => !quick || check.speed === "quick");
}

/** @param {Check} check @param {boolean} planted @returns {Promise<Verdict & { accident: boolean }>} */
async function verdict(check, planted) {
  try {
    return { ok: true, says: await check.run(kitOf(check.id), { planted }), accident: false };
  } catch (error) {
    const accident = !(error instanceof Error) || isAccident(error);
    return { ok: false, says: error instanceof Error ? error.message : String(error), accident };
  }
}

/** A fault of the check itself, or of its surroundings. @param {Error & { syscall?: string }} error */
function isAccident(error) {
  return (
    error instanceof Accident ||
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    error instanceof RangeError ||
    error.syscall !== undefined
  );
}

/** Broken on purpose, a check is fine when it fails, and not by accident. @param {Check} check @returns {Promise<Verdict>} */
async function plantedVerdict(check) {
  const { ok, says, accident } = await verdict(check, true);
  if (ok) return { ok: false, says: `does not notice its plant; it says: ${says}` };
  if (accident) return { ok: false, says: `its plant ended in an accident: ${says}` };
  return { ok: true, says: `notices its plant: ${says.split("\n")[0]}` };
}

async function main() {
  const asked = parse(process.argv.slice(2));
  const results = [];
  for (const check of chosen(asked)) {
    const start = performance.now();
    const { ok, says } = asked.plants
      ? await plantedVerdict(check)
      : await verdict(check, asked.plant !== null);
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    const [line, ...more] = says.split("\n");
    console.log(`${check.id} ${ok ? "ok" : "FAILED"} ${line} (${seconds} s)`);
    for (const below of more) console.log(`    ${below}`);
    const { id, what, where, speed } = check;
    const planted = asked.plants || asked.plant !== null;
    results.push({ id, what, where, speed, planted, ok, says, seconds });
  }
  const failed = results.filter(({ ok }) => !ok).length;
  if (asked.json !== null) {
    fs.mkdirSync(path.dirname(path.resolve(asked.json)), { recursive: true });
    fs.writeFileSync(asked.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  console.log(`${results.length - failed} ok, ${failed} failed, 0 skipped`);
  if (failed > 0 || results.length === 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
