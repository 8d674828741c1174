// A device whose backend is written in JavaScript, and whose questions the case answers
// itself: one by one, so that it can look at what lies between.

import type {
  Answer,
  Ask,
  Config,
  Policy,
  PushEntry,
  PushOutcome,
  PullPage,
} from "../../src/generated/waist";
import { configOf, Device, type Question } from "./device";

/** Delays that a case does not notice. */
export const QUICK: Policy = {
  baseMs: 1,
  maxDelayMs: 1,
  breakerOpenMs: 1,
  breakerMaxOpenMs: 1,
  retryFloorMs: 1,
  edgeSpreadMs: 1,
  reconnectSpreadMs: 1,
};
/** Nothing new. */
export const NO_CHANGES: PullPage = { changes: [], tombstones: [], cursor: "start", more: false };

/** Answers pulls with nothing new, and leaves other questions open. */
export function onlyPulls({ kind }: Ask): Answer | null {
  return kind === "pull" ? { kind, page: NO_CHANGES } : null;
}

/** A config with a backend in JavaScript. */
export function askingConfig(policy: Policy = {}): Config {
  return configOf({ backend: { kind: "javaScript" }, policy });
}

/** Opens a device and answers its first pull with nothing new. */
export async function openAsked(policy: Policy = {}): Promise<Device> {
  const device = Device.open(askingConfig(policy));
  await answerPull(device);
  return device;
}

/** Waits for a pull, answers it, and waits until the engine has done with the page. */
export async function answerPull(device: Device, page = NO_CHANGES): Promise<string | null> {
  const question = await device.question("pull");
  await device.answer(question, { kind: "pull", page });
  // It applies a page in turns of its own, between those of others.
  await device.until("the end of a page", () => {
    const { phase } = device.query({ type: "status" });
    return phase !== "pulling" || device.unanswered("pull").length > 0;
  });
  return question.ask.cursor;
}

/** Waits for a push. */
export async function pushed(
  device: Device,
): Promise<{ question: Question; entries: PushEntry[] }> {
  const question = await device.question("push");
  return { question, entries: question.ask.entries };
}

/** Waits for a push and answers each entry by `outcomeOf`. */
export async function answerPush(
  device: Device,
  outcomeOf: (entry: PushEntry, at: number) => PushOutcome = acked,
): Promise<PushEntry[]> {
  const { entries, question } = await pushed(device);
  await device.answer(question, { kind: "push", outcomes: entries.map(outcomeOf) });
  device.drain();
  return entries;
}

/** Versions and orders grow, over all cases. */
let lastVersion = 0;

/** The outcome of an entry that was applied. */
export function acked({ id }: PushEntry): PushOutcome {
  lastVersion += 1;
  return { outcome: "acked", id, version: lastVersion, order: lastVersion };
}

/** The outcome of an entry that was refused for good. */
export function rejected({ id }: PushEntry): PushOutcome {
  return { outcome: "rejected", id, reason: { code: "forbidden", message: "Not on this island." } };
}

/** How far a record's writes have come. */
export function deliveryOf(device: Device, id: string, collection = "notes"): string | undefined {
  return device.query({ type: "record", collection, id })?.delivery;
}
