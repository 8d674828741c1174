// Judges the controls. A test that cannot fail tests nothing, so for every word of Detox that
// the suite uses there is a control: a test that uses it where it must fail. The title says
// the word and, in brackets, a part of the reason: `tap: what is not there [No elements]`.
//
//   node judge.js RESULTS     what `jest --json --outputFile=RESULTS` has written

// @ts-check

const { readFileSync, readdirSync } = require("node:fs");
const path = require("node:path");

const suite = path.join(__dirname, "..");
const detoxTypes = path.join(path.dirname(require.resolve("detox/package.json")), "detox.d.ts");
const TITLE = /^(?<word>[\w.]+): .* \[(?<reason>.+)\]$/;
/** This project's own checks, which the suite uses beside Detox's words. */
const OWN_WORDS = ["holdsExactly", "onlyRowsChanged", "statusChangedCalmly", "blankness"];
/** Detox's words that need no control. */
const WORDS_WITHOUT_CONTROL = [
  // Leads to other words and does nothing itself.
  ...["device", "element", "web"],
  // Has nothing to do here: a window and its server share a machine.
  "reverseTcpPort",
  // The suite means methods of arrays, maps, the test's world and Node.
  ...["begin", "end", "get", "log", "push", "size"],
];
/** So much of a wrong failure is shown, in characters. */
const EXCERPT_LENGTH = 600;

/** @typedef {{ title: string, status: string, failureMessages: string[] }} Result */

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: judge.js RESULTS");
/** @type {{ testResults: { assertionResults: Result[], message: string }[] }} */
const { testResults } = JSON.parse(readFileSync(file, "utf8"));
const controls = testResults.flatMap(({ assertionResults }) => assertionResults);

const complaints = [
  ...testResults
    .filter((result) => result.assertionResults.length === 0)
    .map((result) => result.message),
  ...controls.map(complaintAbout).filter((complaint) => complaint !== null),
  ...wordsWithoutControl().map((word) => `The suite uses \`${word}\`, and no control does.`),
];
for (const complaint of complaints) console.error(`- ${complaint}`);
const wrong = controls.map(complaintAbout).filter((complaint) => complaint !== null).length;
console.log(`${controls.length} controls, ${controls.length - wrong} red as expected`);
if (complaints.length > 0 || controls.length === 0) process.exitCode = 1;

/** @param {Result} control */
function complaintAbout({ failureMessages, status, title }) {
  const reason = TITLE.exec(title)?.groups?.reason;
  if (reason === undefined) return `"${title}" names no word or no reason.`;
  if (status !== "failed") return `"${title}" has ${status}, and should have failed.`;
  // Behind the message stands where it happened, which is no reason.
  const message = failureMessages.map((text) => text.split(/\n\s+at /)[0]).join("\n");
  if (message.includes(reason)) return null;
  return `"${title}" failed for another reason:\n${message.slice(0, EXCERPT_LENGTH)}`;
}

/** Words of Detox, and of our own checks, that the suite uses and no control is named for. */
function wordsWithoutControl() {
  const controlled = new Set(controls.map(({ title }) => TITLE.exec(title)?.groups?.word));
  const source = readdirSync(suite, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("controls"))
    .map((name) => readFileSync(path.join(suite, name), "utf8"))
    .join("\n");
  const isUsed = (/** @type {string} */ word) => new RegExp(`\\.${word}\\b`).test(source);
  const needed = [...detoxWords().filter(isUsed), ...OWN_WORDS];
  return needed.filter((word) => !controlled.has(word) && !WORDS_WITHOUT_CONTROL.includes(word));
}

/** Every method and getter that Detox's types name, so that a new one in the suite is noticed. */
function detoxWords() {
  const types = readFileSync(detoxTypes, "utf8");
  const declared = types.matchAll(/^\s+(?:readonly )?(\w+)(?:<\w+>)?[(:]/gm);
  return [...new Set([...declared].map(([, word]) => word ?? ""))];
}
