// Ends a Jest run with one plain line, `N passed, 0 failed`, that scripts can read. A run
// fails when fewer tests pass than were promised, or when one was skipped.

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
    if (this.flaw !== undefined) console.log(this.flaw);
    console.log(`${numPassedTests} passed, ${failed + (this.flaw === undefined ? 0 : 1)} failed`);
  }

  getLastError() {
    return this.flaw === undefined ? undefined : new Error(this.flaw);
  }
};
