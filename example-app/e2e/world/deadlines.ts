// How long a test waits for what must come. Each wait ends as soon as it has come.

/** For what the app does by itself, such as showing a write, in milliseconds. */
export const REACTION_MS = 10_000;
/** For what needs the server: a few backoffs with their jitter, in milliseconds. */
export const DELIVERY_MS = 45_000;
/** How often the server is asked while something is waited for, in milliseconds. */
export const LOOK_EVERY_MS = 50;
