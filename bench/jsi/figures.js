// The figures of all rounds, by name.
"use strict";

const { median } = require("../lib/table");

class Figures {
  constructor() {
    /** @type {Map<string, number[]>} */
    this.rounds = new Map();
  }

  /** One round's figure. @param {string} name @param {number} value */
  add(name, value) {
    const known = this.rounds.get(name);
    if (known === undefined) this.rounds.set(name, [value]);
    else known.push(value);
  }

  /** One round's figures of several things. @param {string} of @param {Record<string, number[]>} times */
  addMedians(of, times) {
    for (const [name, values] of Object.entries(times)) this.add(`${of} ${name}`, median(values));
  }

  /** The median of the rounds. @param {string} name */
  of(name) {
    const values = this.rounds.get(name);
    if (values === undefined) throw new Error(`nobody measured: ${name}`);
    return median(values);
  }
}

module.exports = { Figures };
