// Touches, keys and pictures. The window's process makes them, as events of the display; they
// reach the page as a person's would, some time later. So each is awaited where it arrives.

/* global webkit, window */

import { pause } from "./activity.mjs";

/** How long an event of the display may take to arrive, in milliseconds. */
const ARRIVAL_MS = 5_000;

/** Asks the window's process for something; see PageAgent.cpp. */
export async function ask(request) {
  return JSON.parse(
    await webkit.messageHandlers.mailboatHands.postMessage(JSON.stringify(request)),
  );
}

/**
 * Lets the window make an event and waits until the page has handled it.
 *
 * @param {string} type the event that arrives
 * @param {() => Promise<unknown>} make
 * @param {number} count how often it arrives
 */
async function arrivalOf(type, make, count = 1) {
  let left = count;
  let tellArrived;
  const arrived = new Promise((resolve) => {
    tellArrived = resolve;
  });
  const onEvent = ({ isTrusted }) => {
    if (isTrusted) left -= 1;
    if (left === 0) tellArrived();
  };
  window.addEventListener(type, onEvent, { capture: true, passive: true });
  try {
    await make();
    await Promise.race([arrived, pause(ARRIVAL_MS)]);
    if (left > 0)
      throw new Error(`${left} of ${count} "${type}" events did not arrive at the page`);
  } finally {
    window.removeEventListener(type, onEvent, { capture: true });
  }
  // The listener runs before those of the app; what follows from the event does, too.
  await pause(0);
}

/** Touches a place of the viewport, for so many milliseconds. */
export async function touch(place, durationMs = 0) {
  await arrivalOf("pointerdown", () => ask({ do: "press", ...place }));
  if (durationMs > 0) await pause(durationMs);
  await arrivalOf("pointerup", () => ask({ do: "release", ...place }));
}

/** Types into what has the focus. "\n" is the return key, "\b" the backspace key. */
export async function type(text) {
  if (text === "") return;
  await arrivalOf("keyup", () => ask({ do: "type", text }), [...text].length);
}

/** Turns the wheel over a place, so that what is shown moves by so many pixels. */
export async function turnWheel(place, { right, down }) {
  await arrivalOf("wheel", () => ask({ do: "scroll", ...place, right, down }));
}

/** Takes a picture of a part of the viewport; answers where the file is. */
export function takePicture({ left, top, width, height }) {
  return ask({ do: "snapshot", x: left, y: top, width, height });
}
