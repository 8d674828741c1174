// How a case says what must fail.

const assert = require("node:assert/strict");

/** What Detox calls elements. */
const byId = (id) => ({ type: "id", value: id });
const byText = (text) => ({ type: "text", value: text });

/** Expects a promise to be rejected with these words. @param {RegExp} words */
async function refuses(promise, words) {
  await assert.rejects(promise, (error) => {
    assert.match(error.message, words);
    return true;
  });
}

module.exports = { byId, byText, refuses };
