// npm run test:faults [-- NAME...]
//
// Each fault happens in a child process of its own, on a copy of one database. It must end
// in a MailboatError with the code that is documented; the process must live through it,
// and what is stored must be what it was.

// @ts-check

const { execFile } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { SECRET } = require("./app");
const { FAULTS } = require("./faults");
const { runInNamespace } = require("./namespace");
const { Place } = require("./place");
const { fingerprintOfBytes, fingerprintOfRows } = require("./stored");

/** @typedef {import("./faults").Fault} Fault */

/**
 * @typedef {object} Result
 * @property {string} code of the error, as far as there was one
 * @property {string} message
 * @property {string[]} flaws what is not as it must be
 * @property {boolean} died
 * @property {boolean} changed
 */

/** Every word that `MailboatError.code` may be. */
const CODES = [
  ...["NETWORK", "UNAUTHORIZED", "REJECTED", "CONFLICT", "CORRUPT", "DISK_FULL", "QUOTA"],
  ...["LOCKED", "SUSPENDED", "CLOSED", "CANCELLED", "NEWER_VERSION", "WRONG_KEY"],
  ...["TOO_EXPENSIVE", "INVALID_ARGUMENT", "UNSUPPORTED", "INTERNAL"],
];
/** A child that takes longer hangs, and is as good as dead. */
const CHILD_TIMEOUT_MS = 60_000;

/** What is under way, to be ended by a signal. @type {Set<() => void>} */
const underWay = new Set();

async function main(/** @type {boolean} */ mayMount) {
  const faults = faultsNamed(process.argv.slice(2));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mailboat-faults-"));
  const tidyUp = () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  endOnSignal(tidyUp);
  const results = [];
  try {
    const template = await makeTemplate(folder);
    for (const fault of faults) {
      const place = new Place(path.join(folder, fault.name));
      underWay.add(place.remove);
      const result =
        fault.mounts && !mayMount
          ? notRun("it mounts a small file system, for which it needs root")
          : await happen(fault, place, template);
      underWay.delete(place.remove);
      place.remove();
      results.push(result);
      console.log(lineOf(fault, result));
    }
  } finally {
    tidyUp();
  }
  const count = (/** @type {(result: Result) => boolean} */ holds) => results.filter(holds).length;
  const typed = count(({ flaws }) => flaws.length === 0);
  const died = count((result) => result.died);
  const changed = count((result) => result.changed);
  console.log("");
  console.log(
    `faults=${faults.length} typed=${typed} process_died=${died} data_changed=${changed}`,
  );
  process.exitCode = typed === faults.length && died + changed === 0 ? 0 : 1;
}

/** @param {string} why @returns {Result} */
function notRun(why) {
  return { code: "-", message: "NOT RUN", flaws: [why], died: false, changed: false };
}

/** @param {string[]} names all of them when there are none */
function faultsNamed(names) {
  const unknown = names.filter((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown.length > 0) throw new Error(`There is no fault ${unknown.join(", ")}.`);
  return FAULTS.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** A database with unsent messages, closed in order. @param {string} folder */
async function makeTemplate(folder) {
  const place = new Place(path.join(folder, "template"));
  const { ended, errors } = await runChild([place.folder]);
  if (ended !== "in order") throw new Error(`The first messages could not be written: ${errors}`);
  return place.database;
}

/**
 * @param {Fault} fault
 * @param {Place} place
 * @param {string} template
 * @returns {Promise<Result>}
 */
async function happen(fault, place, template) {
  let before;
  try {
    if (fault.prepare === undefined) place.furnish(template);
    else await fault.prepare(place, template);
    before = fingerprint(place, fault, []);
  } catch (error) {
    return notRun(/** @type {Error} */ (error).message);
  }
  const { ended, errors, output } = await runChild([place.folder, fault.name]);
  const died = ended !== "in order";
  const { error, written } = died ? { error: null, written: [] } : JSON.parse(output);
  const after = fingerprintAfter(place, fault, written);
  const changed = after !== before;
  return {
    code: error?.code ?? "-",
    message: error?.message ?? errors.trim(),
    flaws: [
      ...(died ? [`the process ended ${ended}`] : flawsOf(error, fault)),
      ...(changed ? [`what is stored changed: ${after}`] : []),
    ],
    died,
    changed,
  };
}

/** A text that is equal for equal data. @param {Place} place @param {Fault} fault @param {string[]} written */
function fingerprint(place, { stored = "rows" }, written) {
  if (stored === "bytes") return fingerprintOfBytes(place.folder);
  return fingerprintOfRows(place.database, { withOutbox: stored === "rows", written });
}

/** The same; what cannot be read any more has changed. @type {typeof fingerprint} */
function fingerprintAfter(place, fault, written) {
  try {
    return fingerprint(place, fault, written);
  } catch (error) {
    return `it cannot be read: ${/** @type {Error} */ (error).message}`;
  }
}

/** What is wrong with the error. @param {any} error @param {Fault} fault @returns {string[]} */
function flawsOf(error, { code }) {
  if (error === null) return ["no error"];
  const said = `${error.message} ${error.cause ?? ""}`;
  const flaws = [];
  if (!error.isMailboatError) flaws.push("no MailboatError");
  if (!CODES.includes(error.code)) flaws.push("its code is none of those documented");
  if (error.code !== code) flaws.push(`must be ${code}`);
  if (!/^\S.*[.]$/.test(error.message)) flaws.push("its message is no sentence");
  if (said.includes(SECRET)) flaws.push("it repeats a value that was passed");
  return flaws;
}

/** @param {Fault} fault @param {Result} result */
function lineOf({ name }, { code, flaws, message }) {
  const width = Math.max(...FAULTS.map((fault) => fault.name.length));
  const line = `${name.padEnd(width)}  ${code.padEnd(16)}  ${message}`;
  return flaws.length === 0 ? line : `${line}  <== ${flaws.join("; ")}`;
}

/**
 * @param {string[]} options
 * @returns {Promise<{ ended: string, output: string, errors: string }>}
 */
function runChild(options) {
  return new Promise((resolve) => {
    const program = [require.resolve("./child"), ...options];
    const limits = { timeout: CHILD_TIMEOUT_MS, killSignal: /** @type {const} */ ("SIGKILL") };
    const child = execFile(process.execPath, program, limits, (error, output, errors) => {
      underWay.delete(end);
      resolve({ ended: endOf(error, output), output, errors });
    });
    const end = () => child.kill("SIGKILL");
    underWay.add(end);
  });
}

/**
 * How a child ended. One that ends without a word has not seen its call answered.
 *
 * @param {import("node:child_process").ExecFileException | null} error
 * @param {string} output
 */
function endOf(error, output) {
  if (error !== null) return error.killed ? "by hanging" : `with ${error.signal ?? error.code}`;
  return output === "" ? "without a word" : "in order";
}

/** @param {() => void} tidyUp */
function endOnSignal(tidyUp) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => {
      for (const end of underWay) end();
      tidyUp();
      process.exit(128 + os.constants.signals[signal]);
    });
  }
}

runInNamespace(main).catch((error) => {
  console.error(`mailboat: ${error.message}`);
  process.exitCode = 1;
});
