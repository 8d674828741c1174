// Text as people write it: real sentences, none twice.
"use strict";

const SENTENCES = [
  "Are we still on for lunch tomorrow?",
  "The ferry leaves at a quarter past nine, so let us meet at the pier ten minutes before.",
  "ok",
  "I have sent you the photos of the garden; the roses came out far better than last year.",
  "Can you bring the blue folder? It has the contracts in it, and the keys to the shed.",
];

/** The text of message so-and-so. */
function bodyOf(number) {
  return `${SENTENCES[number % SENTENCES.length]} (${number})`;
}

module.exports = { bodyOf };
