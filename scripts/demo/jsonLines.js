// Objects over a pipe, one line of JSON each. A line that its writer did not finish,
// because it was killed in the middle of it, was never said.

// @ts-check

/**
 * Calls `take` with each object that comes in.
 *
 * @param {NodeJS.ReadableStream} stream
 * @param {(object: any) => void} take
 */
function readJsonLines(stream, take) {
  let unfinished = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) take(JSON.parse(line));
  });
}

/**
 * @param {NodeJS.WritableStream} stream
 * @param {object} object
 */
function writeJsonLine(stream, object) {
  stream.write(`${JSON.stringify(object)}\n`);
}

module.exports = { readJsonLines, writeJsonLine };
