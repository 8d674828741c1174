// How long things take, in microseconds.
"use strict";

const now = () => performance.now() * 1000;

/** Of something so short that a single call says little: of one of many. */
function timeOf(repetitions, run) {
  const start = now();
  for (let n = 0; n < repetitions; n += 1) run();
  return (now() - start) / repetitions;
}

/** Until a promise is settled. @param {() => Promise<unknown>} run */
async function timeUntil(run) {
  const start = now();
  await run();
  return now() - start;
}

module.exports = { now, timeOf, timeUntil };
