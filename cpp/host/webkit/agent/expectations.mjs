// Detox's expectations: what a test says must be so.

import { pause } from "./activity.mjs";
import { isFocused, labelOf, textOf, toggleOf, valueOf } from "./elements.mjs";
import { describePredicate, findAll, findOne, toRegExp } from "./matchers.mjs";
import { isVisible, visiblePercent } from "./visibility.mjs";

/** How often something is looked at that is waited for, in milliseconds. */
const POLL_MS = 20;

/** A pattern comes as text with a flag behind it, as in matchers. */
function agrees(actual, [expected, isRegex]) {
  return isRegex === true ? toRegExp(expected).test(actual ?? "") : actual === expected;
}

/** Of one element: whether it is so, and what was found instead, for people. */
const EXPECTATIONS = {
  toBeVisible: (element, [percent]) => ({
    holds: isVisible(element, percent),
    found: `${Math.round(visiblePercent(element))} % of it`,
  }),
  toBeFocused: (element) => ({ holds: isFocused(element), found: "another focus" }),
  toHaveText: (element, params) => compare(textOf(element), params),
  toHaveLabel: (element, params) => compare(labelOf(element), params),
  toHaveId: (element, params) => compare(element.dataset.testid, params),
  toHaveValue: (element, params) => compare(valueOf(element), params),
  toHaveToggleValue: (element, [value]) => compare(toggleOf(element), [Boolean(value)]),
};

function compare(actual, params) {
  return { holds: agrees(actual, params), found: JSON.stringify(actual ?? null) };
}

/** Whether it only counts if there is such an element: what is not there is not visible. */
function asksForExistence(expectation, negated, count) {
  return expectation === "toExist" || (expectation === "toBeVisible" && negated && count === 0);
}

function judge({ predicate, atIndex, expectation, params = [], modifiers = [] }) {
  const found = findAll(predicate);
  if (asksForExistence(expectation, modifiers.includes("not"), found.length)) {
    const count = atIndex === undefined ? found.length : Number(found[atIndex] !== undefined);
    return { holds: count > 0, found: `${count} elements` };
  }
  const look = EXPECTATIONS[expectation];
  if (look === undefined) throw new Error(`the Linux host knows no expectation "${expectation}"`);
  return look(findOne({ predicate, atIndex }), params);
}

/** Throws when an expectation is not met now. */
export function expectNow(invocation) {
  const { predicate, expectation, params = [], modifiers = [] } = invocation;
  const negated = modifiers.includes("not");
  const { holds, found } = judge(invocation);
  if (holds !== negated) return;
  const name = `${negated ? "not." : ""}${expectation}(${params.map((each) => JSON.stringify(each)).join(", ")})`;
  throw new Error(`${name} failed for ${describePredicate(predicate)}: found ${found}`);
}

/** Waits until it is met; throws what was wrong last when that takes too long. */
export async function expectWithin(invocation, timeoutMs) {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      expectNow(invocation);
      return;
    } catch (error) {
      if (performance.now() >= deadlineMs) throw error;
    }
    await pause(POLL_MS);
  }
}
