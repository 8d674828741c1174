// Whether a person could see an element, and touch it: by what the page draws at its places,
// and not by its style alone.

/* global document, getComputedStyle, innerHeight, innerWidth */

/** An element is visible when this part of it is, in per cent: Detox's own threshold. */
export const VISIBLE_PERCENT = 75;

/** Places of an element that are looked at, in each direction. */
const GRID = 9;

/** An element that is more transparent than this shows nothing. */
const FAINTEST_OPACITY = 0.01;

/** Where an element may show: the viewport, cut by everything around it that clips. */
function clipOf(element) {
  const clip = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  // What is fixed to the viewport is clipped by nothing in between.
  for (let inner = element; inner !== null && getComputedStyle(inner).position !== "fixed";) {
    const outer = inner.parentElement;
    if (outer !== null) narrow(clip, outer);
    inner = outer;
  }
  return clip;
}

function narrow(clip, element) {
  const { overflowX, overflowY } = getComputedStyle(element);
  const { left, top, right, bottom } = element.getBoundingClientRect();
  if (overflowX !== "visible") {
    clip.left = Math.max(clip.left, left);
    clip.right = Math.min(clip.right, right);
  }
  if (overflowY !== "visible") {
    clip.top = Math.max(clip.top, top);
    clip.bottom = Math.min(clip.bottom, bottom);
  }
}

function isDrawn(element) {
  if (getComputedStyle(element).visibility !== "visible") return false;
  let opacity = 1;
  for (let outer = element; outer !== null; outer = outer.parentElement) {
    opacity *= Number(getComputedStyle(outer).opacity);
  }
  return opacity >= FAINTEST_OPACITY;
}

const inside = (clip, x, y) => x >= clip.left && x < clip.right && y >= clip.top && y < clip.bottom;

/** The part of the element that can be seen, in per cent. */
export function visiblePercent(element) {
  const { left, top, width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0 || !isDrawn(element)) return 0;
  const clip = clipOf(element);
  let seen = 0;
  for (let row = 0; row < GRID; row += 1) {
    for (let column = 0; column < GRID; column += 1) {
      const x = left + (width * (column + 0.5)) / GRID;
      const y = top + (height * (row + 0.5)) / GRID;
      if (inside(clip, x, y) && isOnTop(element, x, y)) seen += 1;
    }
  }
  return (seen * 100) / (GRID * GRID);
}

/**
 * Whether nothing covers the element at a place. Where the page finds something around the
 * element it has looked through it: at a round corner, or because it takes no touches.
 */
function isOnTop(element, x, y) {
  const hit = document.elementFromPoint(x, y);
  return hit !== null && (element.contains(hit) || hit.contains(element));
}

export function isVisible(element, percent = VISIBLE_PERCENT) {
  return visiblePercent(element) >= percent;
}

/** Whether a touch at a place of the viewport reaches the element. */
export function isHittable(element, { x, y }) {
  if (!isDrawn(element) || !inside(clipOf(element), x, y)) return false;
  const hit = document.elementFromPoint(x, y);
  if (hit === null) return false;
  // A touch goes through what takes none, to what it is drawn on.
  const passes = getComputedStyle(element).pointerEvents === "none";
  return element.contains(hit) || (passes && hit.contains(element));
}

/** The place of the viewport that a point of the element has; without a point, its middle. */
export function placeOf(element, point) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + (point?.x ?? width / 2), y: top + (point?.y ?? height / 2) };
}
