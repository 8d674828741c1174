// Ends a Jest run with one plain line, `N passed, 0 failed`, that scripts can read. A run
// fails when fewer tests pass than were promised, or when one was skipped.

const fs = require("node:fs");

const LEAST_TESTS = 25;

module.exports = class CountReporter {
  onRunComplete(_contexts, { numFailedTests, numPassedTests, numFailedTestSuites, ...rest }) {
    const skipped = rest.numPendingTests + rest.numTodoTests;
    // A suite that cannot even load has no tests that could fail.
    const failed = Math.max(numFailedTests, numFailedTestSuites);
    if (skipped > 0) this.flaw = `${skipped} tests were skipped; all of them must run`;
    else if (failed === 0 && numPassedTests < LEAST_TESTS) {
      this.flaw = `only ${numPassedTests} tests ran; there must be ${LEAST_TESTS}`;
    }
    const lines = this.flaw === undefined ? [] : [this.flaw];
    lines.push(`${numPassedTests} passed, ${failed + lines.length} failed`);
    // Jest's own summary comes after this call; ours is to be the last line.
    process.once("exit", () => fs.writeSync(process.stdout.fd, `${lines.join("\n")}\n`));
  }

  getLastError() {
    return this.flaw === undefined ? undefined : new Error(this.flaw);
  }
};
