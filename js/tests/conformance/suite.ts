// The cases of this suite and how they are run: one after the other, each with a deadline,
// in the order in which they were written. The program that started this one reads what is
// reported (scripts/conformance/suiteProcess.js).

/** One case: a sentence about behaviour, and what shows it. */
interface Case {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** Longest that a case may take, in milliseconds. Most take a few; none waits for a clock. */
const PATIENCE_MS = 20_000;

const cases: Case[] = [];
let group = "";

/** What a case waits for at the moment, for the report of one that never got it. */
export const waitingFor = new Set<string>();

/** Names what follows in `define`. */
export function describe(name: string, define: () => void): void {
  group = name;
  define();
  group = "";
}

/** Adds a case. */
export function it(name: string, run: Case["run"]): void {
  const full = `${group} ${name}`;
  if (cases.some((known) => known.name === full)) throw new Error(`"${full}" is there twice.`);
  cases.push({ name: full, run });
}

/** Adds a case for each of some parameters; the first of each is the case's name. */
export function each<T extends readonly [string, ...unknown[]]>(
  parameters: readonly T[],
  run: (...parameter: T) => void | Promise<void>,
): void {
  for (const parameter of parameters) it(parameter[0], () => run(...parameter));
}

/** How the run went. */
export interface Result {
  readonly passed: number;
  readonly failed: number;
}

/** Says something to the program that started this one. */
export function report(fact: object): void {
  // eslint-disable-next-line no-console
  console.log(JSON.stringify({ conformance: fact }));
}

/**
 * Runs the cases whose name holds `only`: with an empty text, all of them.
 *
 * @param tidyUp called after each case, also after one that failed
 */
export async function runCases(only: string, tidyUp: () => Promise<void>): Promise<Result> {
  const chosen = cases.filter(({ name }) => name.includes(only));
  report({ cases: chosen.map(({ name }) => name) });
  let failed = 0;
  for (const { name, run } of chosen) {
    report({ started: name });
    const reason = (await reasonOf(run)) ?? (await reasonOf(tidyUp));
    if (reason === null) continue;
    failed += 1;
    report({ failed: name, reason });
  }
  return { passed: chosen.length - failed, failed };
}

/** Why it failed; `null` when it did not. */
async function reasonOf(run: Case["run"]): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const waits = [...waitingFor].join(", ") || "a promise";
      reject(new Error(`It did not end within ${PATIENCE_MS / 1_000} s; it waited for ${waits}.`));
    }, PATIENCE_MS);
  });
  try {
    await Promise.race([Promise.resolve().then(run), deadline]);
    return null;
  } catch (error) {
    return describeError(error);
  } finally {
    clearTimeout(timer);
    waitingFor.clear();
  }
}

function describeError(error: unknown): string {
  if (typeof error !== "object" || error === null || !("message" in error)) return String(error);
  const { message, stack } = error as Error;
  return `${message}\n${stack ?? ""}`;
}
