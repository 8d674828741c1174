// Detox's actions: what a person does to one element.

/* global document, innerHeight, innerWidth */

import { attributesOf } from "./attributes.mjs";
import { describe, fieldOf, isFocused } from "./elements.mjs";
import { takePicture, touch, type } from "./hands.mjs";
import { findAll, findOne } from "./matchers.mjs";
import { scroll, scrollTo, swipe } from "./scrolling.mjs";
import { isHittable, isVisible, placeOf } from "./visibility.mjs";

/** How long a long press is when the test does not say, in milliseconds. */
const LONG_PRESS_MS = 1_000;

async function tap(element, point, durationMs = 0) {
  const place = placeOf(element, point);
  if (!isHittable(element, place)) {
    throw new Error(
      `View ${describe(element)} is not hittable: it is covered, or not on the screen`,
    );
  }
  await touch(place, durationMs);
}

async function focus(element) {
  const field = fieldOf(element);
  if (!isFocused(field)) await tap(field);
  if (!isFocused(field)) throw new Error(`${describe(element)} does not take the focus`);
  return field;
}

async function typeText(element, text) {
  const field = await focus(element);
  // A touch puts the cursor where it was; Detox types at the end.
  field.setSelectionRange?.(field.value.length, field.value.length);
  await type(text);
}

/** All at once, as from the clipboard. */
async function replaceText(element, text) {
  const field = await focus(element);
  field.select();
  const command = text === "" ? "delete" : "insertText";
  if (field.value !== text) document.execCommand(command, false, text);
}

async function takeScreenshot(element) {
  if (!isVisible(element, 1)) throw new Error(`${describe(element)} is not on the screen`);
  const box = element.getBoundingClientRect();
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const width = Math.min(innerWidth, box.right) - left;
  const height = Math.min(innerHeight, box.bottom) - top;
  return takePicture({ left, top, width, height });
}

const ACTIONS = {
  tap,
  longPress: (element, ...params) => {
    // Both parameters are optional: a point, and a duration in milliseconds.
    const point = params.find((param) => typeof param === "object");
    const durationMs = params.find((param) => typeof param === "number");
    return tap(element, point, durationMs ?? LONG_PRESS_MS);
  },
  multiTap: async (element, times) => {
    for (let done = 0; done < times; done += 1) await tap(element);
  },
  typeText,
  replaceText,
  clearText: (element) => replaceText(element, ""),
  tapReturnKey: (element) => typeText(element, "\n"),
  tapBackspaceKey: (element) => typeText(element, "\b"),
  scroll,
  scrollTo,
  swipe,
  takeScreenshot,
};

/** Does what an invocation says; answers what Detox hands to the test, if anything. */
export async function act(invocation) {
  const { action, params = [], targetElement } = invocation;
  if (action === "getAttributes") return getAttributes(invocation);
  const perform = ACTIONS[action];
  if (perform === undefined || targetElement !== undefined)
    throw new Error(`the Linux host knows no action "${action}"`);
  if (document.visibilityState !== "visible") throw new Error("the app is in the background");
  return perform(findOne(invocation), ...params);
}

/** Of one element, or of all when several are meant. */
function getAttributes({ predicate, atIndex }) {
  const found = findAll(predicate);
  if (atIndex === undefined && found.length > 1) return { elements: found.map(attributesOf) };
  return attributesOf(findOne({ predicate, atIndex }));
}
