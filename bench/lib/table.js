// Figures of one run, side by side. Medians, since these machines are noisy.
"use strict";

const os = require("node:os");

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that 99 of 100 do not exceed. @param {number[]} values */
function p99(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.99) - 1];
}

/** How busy the machine is: figures of a loaded one say little. */
function loadNow() {
  return `load ${os.loadavg()[0].toFixed(2)}`;
}

/**
 * @typedef {{ name: string, value: number }} Row a figure of one contestant
 * @typedef {{ title: string, unit: string, note: string, rows: Row[], goals: Goal[] }} Table
 * @typedef {{ of: string, beside: string, ratio: number, atMost?: number, atLeast?: number }} Goal
 */

/** Prints a table; ratios are to the goal's other contestant. @param {Table} table */
function print(table) {
  console.log(`\n${table.title} (${table.unit}, medians)`);
  console.log(`  ${table.note}`);
  const width = Math.max(...table.rows.map((row) => row.name.length));
  for (const row of table.rows) {
    console.log(`  ${row.name.padEnd(width)}  ${format(row.value)}`);
  }
  for (const goal of table.goals) {
    console.log(`  ${goal.of} / ${goal.beside} = ${format(goal.ratio)}  ${verdict(goal)}`);
  }
}

/** @param {Goal} goal */
function isMet(goal) {
  const { ratio, atMost = Infinity, atLeast = -Infinity } = goal;
  return ratio <= atMost && ratio >= atLeast;
}

/** @param {Goal} goal */
function verdict(goal) {
  const wanted = goal.atMost !== undefined ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`;
  return `(goal: ${wanted}; ${isMet(goal) ? "met" : "NOT met"})`;
}

/** @param {number} value */
function format(value) {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(3);
}

module.exports = { isMet, loadNow, median, p99, print };
