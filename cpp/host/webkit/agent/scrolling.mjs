// Scrolling, as a person does it: by turning the wheel over the list, in steps.

import { nextFrame } from "./activity.mjs";
import { describe, scrolls } from "./elements.mjs";
import { turnWheel } from "./hands.mjs";
import { placeOf } from "./visibility.mjs";

/** One turn of the wheel, in pixels: lists that draw only what is in view keep up. */
const STEP_PX = 120;

/** Where the content goes when it is scrolled in a direction. */
const DIRECTIONS = {
  up: { right: 0, down: -1 },
  down: { right: 0, down: 1 },
  left: { right: -1, down: 0 },
  right: { right: 1, down: 0 },
};

/** A finger that goes up drags the content up, which shows what is further down. */
const OPPOSITE = { up: "down", down: "up", left: "right", right: "left" };

/** The wheel turns step by step anyway: speed makes no difference. */
const SPEEDS = ["slow", "fast"];

const EDGES = { top: "up", bottom: "down", left: "left", right: "right" };

function vectorOf(direction) {
  const vector = DIRECTIONS[direction];
  if (vector === undefined) throw new Error(`"${direction}" is no direction`);
  return vector;
}

/** The element itself, or the first in it that scrolls that way. */
function scrollerOf(element, { right }) {
  const horizontally = right !== 0;
  const found = [element, ...element.querySelectorAll("*")].find((each) =>
    scrolls(each, horizontally),
  );
  if (found === undefined) throw new Error(`${describe(element)} does not scroll that way`);
  return found;
}

const positionOf = ({ scrollLeft, scrollTop }) => scrollLeft + scrollTop;

/** A share of the element's width and height; Detox says null where the test says nothing. */
function startOf(element, [shareX, shareY]) {
  const { width, height } = element.getBoundingClientRect();
  return placeOf(element, { x: width * (shareX ?? 0.5), y: height * (shareY ?? 0.5) });
}

/** Turns the wheel until it has gone so far, or no further; answers whether anything moved. */
async function roll(scroller, pixels, vector, place) {
  const first = positionOf(scroller);
  for (let left = pixels; left > 0; left -= STEP_PX) {
    const step = Math.min(left, STEP_PX);
    const before = positionOf(scroller);
    await turnWheel(place, { right: vector.right * step, down: vector.down * step });
    await nextFrame();
    if (positionOf(scroller) === before) break;
  }
  return positionOf(scroller) !== first;
}

/** Detox's scroll. An error when the view is at its edge. */
export async function scroll(element, pixels, direction, ...start) {
  const vector = vectorOf(direction);
  const scroller = scrollerOf(element, vector);
  if (!(await roll(scroller, pixels, vector, startOf(scroller, start)))) {
    throw new Error(`Unable to scroll ${direction} in ${describe(element)}: it is at its edge`);
  }
}

/** Detox's swipe; past the edge nothing happens, as under a finger. */
export async function swipe(element, direction, speed, share, ...start) {
  if (!SPEEDS.includes(speed)) throw new Error(`"${speed}" is no speed`);
  const vector = vectorOf(OPPOSITE[direction]);
  const scroller = scrollerOf(element, vector);
  const { clientWidth, clientHeight } = scroller;
  const length = vector.right === 0 ? clientHeight : clientWidth;
  await roll(scroller, length * share, vector, startOf(scroller, start));
}

/** Detox's scrollTo. By script, as on devices: it is no gesture. */
export async function scrollTo(element, edge) {
  const vector = vectorOf(EDGES[edge]);
  const scroller = scrollerOf(element, vector);
  // Relative, for a list that grows upwards has its 0 at the bottom.
  scroller.scrollBy(vector.right * scroller.scrollWidth, vector.down * scroller.scrollHeight);
  await nextFrame();
}
