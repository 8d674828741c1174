// Contestants take turns, a few calls at a time: long enough that each is warm, short enough
// that a noisy moment of the machine or its disk hits all of them alike.
"use strict";

/**
 * What each contestant's calls took, by its name. Each round has an order of its own, so
 * that nobody always comes after the same one.
 *
 * @param {{ rounds: number, calls: number }} turns how often each has its turn, and for how many calls
 * @param {Record<string, (call: number) => Promise<number> | number>} contestants answer microseconds
 * @returns {Promise<Record<string, number[]>>}
 */
async function inTurns({ calls, rounds }, contestants) {
  const names = Object.keys(contestants);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of shuffled(names)) {
      for (let call = 0; call < calls; call += 1) {
        times[name].push(await contestants[name](round * calls + call));
      }
    }
  }
  return times;
}

/** @param {string[]} names */
function shuffled(names) {
  const order = [...names];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

module.exports = { inTurns };
