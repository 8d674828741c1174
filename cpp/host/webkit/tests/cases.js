// What the window promises, a sentence each.

const { moduleCases } = require("./moduleCases");
const { touchCases } = require("./touchCases");
const { judgementCases } = require("./judgementCases");
const { processCases } = require("./processCases");

/** @type {Record<string, (stage: any) => Promise<void>>} */
const cases = { ...moduleCases, ...touchCases, ...judgementCases, ...processCases };

module.exports = { cases };
