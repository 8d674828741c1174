// Text on its way over the waist. `JSON.stringify` quietly turns what JSON cannot say into
// something else (NaN into null, a function into nothing); an app's data must not change
// that way, so it is refused here, before anything is written.

import { mailboatError, type MailboatError } from "../error";

/** Deepest nesting of one column's value. */
const MAX_DEPTH = 64;
/** What JSON says as it is. Of a Set or a Map it would leave nothing but `{}`. */
const PLAIN: ReadonlySet<string> = new Set(["Object", "Array"]);
/** With the flag `u` a whole pair is one character, and only half of one matches. */
const HALF_PAIR = /[\ud800-\udfff]/u;

/** The text of a request. */
export function encode(request: unknown): string {
  try {
    return JSON.stringify(request);
  } catch (error) {
    throw invalid(`The call cannot be written as JSON: ${(error as Error).message}`);
  }
}

/** The value of an answer; its type is the waist's word. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function decode<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** Refuses values that JSON would change or drop. */
export function checkValues(values: object): void {
  for (const [column, value] of Object.entries(values)) {
    check(value, column, 1);
  }
}

function check(value: unknown, column: string, depth: number): void {
  switch (typeof value) {
    case "string":
      if (HALF_PAIR.test(value)) {
        throw invalid(`${column} holds half of a surrogate pair. Cut texts between characters.`);
      }
      return;
    case "number":
      if (!Number.isFinite(value)) throw invalid(`${column} is ${value}; numbers must be finite.`);
      return;
    case "bigint":
      throw invalid(`${column} is a bigint; write a number, or text when it is beyond 2^53 - 1.`);
    case "function":
    case "symbol":
      throw invalid(`${column} holds a ${typeof value}, which cannot be stored.`);
    case "object":
      if (value !== null) checkNested(value, column, depth);
      return;
    default:
      return;
  }
}

function checkNested(value: object, column: string, depth: number): void {
  if (depth > MAX_DEPTH) throw invalid(`${column} is nested deeper than ${MAX_DEPTH} levels.`);
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const writesItself = typeof (value as { toJSON?: unknown }).toJSON === "function";
  if (!PLAIN.has(kind) && !writesItself) {
    throw invalid(`${column} holds a ${kind}, which JSON cannot say.`);
  }
  if (Array.isArray(value) && value.includes(undefined)) {
    throw invalid(`${column} holds undefined in a list. Write null.`);
  }
  for (const inner of Object.values(value)) check(inner, column, depth + 1);
}

function invalid(message: string): MailboatError {
  return mailboatError("INVALID_ARGUMENT", message);
}
