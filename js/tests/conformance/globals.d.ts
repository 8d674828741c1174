// The globals of the console host that are not JavaScript's own. Types of Node are not
// loaded here: what is not in this file does not exist on every host.

/** Names a timer. */
type TimerId = number | { readonly timer: unique symbol };

declare function setTimeout<A extends unknown[]>(
  callback: (...args: A) => void,
  delayMs?: number,
  ...args: A
): TimerId;
declare function clearTimeout(timer: TimerId | null | undefined): void;
declare function setImmediate<A extends unknown[]>(
  callback: (...args: A) => void,
  ...args: A
): unknown;
declare function queueMicrotask(callback: () => void): void;

declare const console: Readonly<Record<"log" | "warn" | "error", (...words: unknown[]) => void>>;
declare const performance: { now(): number };
