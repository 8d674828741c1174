// A process that has the database of a fault open until its standard input ends, and then
// sees whether it still works. (`another-process-has-the-file` in opening.js)

// @ts-check

const { writeJsonLine } = require("../demo/jsonLines");
const { openApp, readAll } = require("./app");
const { Place } = require("./place");

async function main() {
  const mailboat = await openApp(new Place(process.argv[2] ?? ""));
  const before = readAll(mailboat);
  writeJsonLine(process.stdout, { open: true });
  process.stdin.resume().on("end", async () => {
    if (readAll(mailboat) !== before) process.exitCode = 1;
    await mailboat.close();
  });
}

main();
