// Detox's matchers: which elements a predicate means. A predicate is the JSON of Detox's iOS
// side; one that this file does not know is an error, never an empty answer.

/* global document */

import { hasTrait, isOfType, isText, labelOf, textOf, valueOf } from "./elements.mjs";

/** What Detox says of a predicate in its messages. */
export function describePredicate(predicate) {
  return `MATCHER(${JSON.stringify(predicate)})`;
}

/** A pattern comes as text, such as `/^message-/i`. */
export function toRegExp(text) {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [null, text, ""];
  return new RegExp(source, flags);
}

function agrees(actual, { value, isRegex }) {
  if (actual === null || actual === undefined) return false;
  return isRegex ? toRegExp(value).test(actual) : actual === value;
}

const MATCHERS = {
  id: (element, predicate) => agrees(element.dataset.testid, predicate),
  text: (element, predicate) => isText(element) && agrees(textOf(element), predicate),
  label: (element, predicate) =>
    (element.hasAttribute("aria-label") || isText(element)) && agrees(labelOf(element), predicate),
  value: (element, predicate) => agrees(valueOf(element), predicate),
  traits: (element, { value }) => value.every((trait) => hasTrait(element, trait)),
  type: (element, { value }) => isOfType(element, value),
  and: (element, { predicates }) => predicates.every((part) => matches(element, part)),
  or: (element, { predicates }) => predicates.some((part) => matches(element, part)),
  not: (element, { predicate }) => !matches(element, predicate),
  ancestor: (element, { predicate }) => {
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      if (matches(above, predicate)) return true;
    }
    return false;
  },
  descendant: (element, { predicate }) =>
    [...element.querySelectorAll("*")].some((below) => matches(below, predicate)),
};

function matches(element, predicate) {
  const matcher = MATCHERS[predicate.type];
  if (matcher === undefined) {
    throw new Error(`the Linux host knows no matcher "${predicate.type}"`);
  }
  return matcher(element, predicate);
}

/** Whether a predicate speaks of what is written or said, which holds of all that is around it. */
function meansWords({ type, predicates }) {
  return (
    ["text", "label", "value"].includes(type) || (type === "and" && predicates.some(meansWords))
  );
}

/** All that are meant, in the order of the document. */
export function findAll(predicate) {
  const found = [...document.body.querySelectorAll("*")].filter((element) =>
    matches(element, predicate),
  );
  if (!meansWords(predicate)) return found;
  // A label inside of what has the same label is drawn by it: a native view shows one of both.
  return found.filter(
    (element) => !found.some((other) => other !== element && other.contains(element)),
  );
}

/** The one that is meant. */
export function findOne({ predicate, atIndex }) {
  const found = findAll(predicate);
  if (atIndex !== undefined) {
    if (found[atIndex] !== undefined) return found[atIndex];
    const count = `${found.length} were found`;
    throw new Error(
      `No elements found for ${describePredicate(predicate)} at index ${atIndex}: ${count}`,
    );
  }
  if (found.length === 0) throw new Error(`No elements found for ${describePredicate(predicate)}`);
  if (found.length > 1) {
    throw new Error(`Multiple elements found for ${describePredicate(predicate)}: ${found.length}`);
  }
  return found[0];
}
