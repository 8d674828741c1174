// What the page is busy with, as Detox counts it: short timers, requests, animation frames.
// Installed before the app's first script, so that nothing escapes the count.

/* global document, mailboatWindow, requestAnimationFrame, window */

/** Timers that are longer are not waited for, in milliseconds: Detox's own limit. */
const LONGEST_TIMER_MS = 1_500;

/** Frames that follow each other for longer are an animation without an end. */
const LONGEST_ANIMATION_MS = 1_500;

/** How many frames in a row must find nothing to do. */
const QUIET_FRAMES = 2;

/** How long a frame is when the page is hidden and draws none, in milliseconds. */
const HIDDEN_FRAME_MS = 16;

/** The longest wait for a frame, in milliseconds: what is asked is whether the app is busy. */
const LONGEST_FRAME_MS = 250;

/** The page's own functions: the agent's waiting must not count as the app's. */
export const original = {
  setTimeout: window.setTimeout.bind(window),
  fetch: window.fetch.bind(window),
  requestAnimationFrame: requestAnimationFrame.bind(window),
};

const timers = new Set();
const frames = new Set();
const requests = new Set();
/** When the present row of animation frames began; null when none is asked for. */
let animatingSinceMs = null;
let enabled = true;
/** @type {RegExp[]} URLs that are not waited for */
let ignored = [];

/** Waits so many milliseconds by a timer that is not counted. */
export function pause(ms) {
  return new Promise((done) => original.setTimeout(done, ms));
}

/** Waits until the page has drawn; a hidden page draws nothing. */
export function nextFrame() {
  if (document.visibilityState !== "visible") return pause(HIDDEN_FRAME_MS);
  const drawn = new Promise((done) => {
    original.requestAnimationFrame(() => original.setTimeout(done, 0));
  });
  return Promise.race([drawn, pause(LONGEST_FRAME_MS)]);
}

/** Waits until nothing has happened for some frames. At once when Detox has switched it off. */
export async function idle() {
  for (let quiet = 0; enabled && quiet < QUIET_FRAMES;) {
    await nextFrame();
    quiet = busyWith().length === 0 ? quiet + 1 : 0;
  }
}

/** What is not done yet, for people and for Detox's report. */
export function busyWith() {
  const busy = [];
  if (timers.size > 0) busy.push(`${timers.size} timers`);
  if (requests.size > 0) busy.push(`requests: ${[...requests].map(({ url }) => url).join(", ")}`);
  if (animates()) busy.push("an animation");
  return busy;
}

/** Detox's setSyncSettings. */
export function setSyncSettings({ enabled: wanted, blacklistURLs }) {
  if (wanted !== undefined) enabled = wanted;
  if (blacklistURLs !== undefined) ignored = blacklistURLs.map((pattern) => new RegExp(pattern));
}

export function install() {
  const { detoxEnableSynchronization, detoxURLBlacklistRegex } = mailboatWindow.launchArgs;
  enabled = !["NO", "0", "false"].includes(String(detoxEnableSynchronization));
  // A list as Detox's documentation writes it: \("pattern","pattern"\).
  const patterns = String(detoxURLBlacklistRegex ?? "").matchAll(/"([^"]*)"/g);
  ignored = [...patterns].map(([, pattern]) => new RegExp(pattern));
  countTimers();
  countFrames();
  countFetches();
  countXmlHttpRequests();
}

function animates() {
  const now = performance.now();
  if (frames.size > 0 && animatingSinceMs !== null) {
    return now - animatingSinceMs < LONGEST_ANIMATION_MS;
  }
  return document.getAnimations().some((animation) => {
    const { endTime } = animation.effect?.getComputedTiming() ?? {};
    return animation.playState === "running" && Number.isFinite(endTime);
  });
}

function countTimers() {
  window.setTimeout = (callback, delayMs = 0, ...args) => {
    const run = (...given) => {
      timers.delete(id);
      if (typeof callback === "function") callback(...given);
      else window.eval(String(callback));
    };
    const id = original.setTimeout(run, delayMs, ...args);
    if (Number(delayMs) <= LONGEST_TIMER_MS) timers.add(id);
    return id;
  };
  // Both clear timers of either kind.
  for (const name of ["clearTimeout", "clearInterval"]) {
    const clear = window[name].bind(window);
    window[name] = (id) => {
      timers.delete(id);
      clear(id);
    };
  }
}

function countFrames() {
  window.requestAnimationFrame = (callback) => {
    animatingSinceMs ??= performance.now();
    const id = original.requestAnimationFrame((time) => {
      frames.delete(id);
      try {
        callback(time);
      } finally {
        if (frames.size === 0) animatingSinceMs = null;
      }
    });
    frames.add(id);
    return id;
  };
  const cancel = window.cancelAnimationFrame.bind(window);
  window.cancelAnimationFrame = (id) => {
    frames.delete(id);
    if (frames.size === 0) animatingSinceMs = null;
    cancel(id);
  };
}

/** Counts a request from now on; answers how to end that. */
function begin(url) {
  const request = { url };
  if (!ignored.some((pattern) => pattern.test(url))) requests.add(request);
  return () => requests.delete(request);
}

function countFetches() {
  window.fetch = async (resource, options) => {
    const end = begin(String(resource?.url ?? resource));
    try {
      return await original.fetch(resource, options);
    } finally {
      end();
    }
  };
}

function countXmlHttpRequests() {
  const prototype = window.XMLHttpRequest.prototype;
  const { open, send } = prototype;
  const urls = new WeakMap();
  prototype.open = function (method, url, ...rest) {
    urls.set(this, String(url));
    return open.call(this, method, url, ...rest);
  };
  prototype.send = function (body) {
    const end = begin(urls.get(this) ?? "");
    this.addEventListener("loadend", end, { once: true });
    try {
      send.call(this, body);
    } catch (error) {
      end();
      throw error;
    }
  };
}
