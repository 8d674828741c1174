// The process that one fault happens in. It reports the error on standard output and must
// then come to its end by itself.

// @ts-check

const { MailboatError } = require("react-native-mailboat");
const { writeJsonLine } = require("../demo/jsonLines");
const { failureOf, writeFirstMessages } = require("./app");
const { FAULTS } = require("./faults");
const { Place } = require("./place");

async function main() {
  const [folder = "", name] = process.argv.slice(2);
  const place = new Place(folder);
  if (name === undefined) {
    await writeFirstMessages(place);
    writeJsonLine(process.stdout, { written: true });
    return;
  }
  const fault = FAULTS.find((fault) => fault.name === name);
  if (fault === undefined) throw new Error(`There is no fault ${name}.`);
  const scene = { place, written: [] };
  const error = await failureOf(() => fault.provoke(scene));
  writeJsonLine(process.stdout, { error: describe(error), written: scene.written });
}

/** @param {any} error */
function describe(error) {
  if (error === null) return null;
  const { cause, code, message } = error;
  return { isMailboatError: error instanceof MailboatError, code, message, cause };
}

main();
