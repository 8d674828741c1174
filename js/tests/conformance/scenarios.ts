// What runs in a second JavaScript runtime of the process: each ends with work in flight,
// or takes an engine over that the first runtime has. Takes the text of a config, answers
// what the case gets to see.

import { createMailboat } from "../../src/createMailboat";
import type { Config } from "../../src/generated/waist";
import { acked, answerPull, pushed } from "./asked";
import { Device, failureOf, host, openRaw } from "./device";
import { MEGABYTE } from "./schemas";

type Scenario = (arg: string) => Promise<string>;

/** Writes that are on their way when a runtime ends. */
export const IN_FLIGHT = 50;

const opened = (arg: string): Device => Device.open(JSON.parse(arg) as Config);

/** Ends with commands, watches and a sync in flight. */
async function leavesCommands(arg: string): Promise<string> {
  const device = opened(arg);
  for (const limit of [1, 5, 50]) device.watch({ collection: "notes", limit });
  await device.note(`${device.opened.generation} awaited`);
  void device.execute({ type: "sync" });
  for (let at = 0; at < IN_FLIGHT; at += 1) {
    void device.note(`${device.opened.generation} in flight ${at}`);
  }
  return String(device.opened.generation);
}

/** Ends with a question that it was asked and has not answered. */
async function leavesQuestion(arg: string): Promise<string> {
  const device = opened(arg);
  await answerPull(device);
  await device.note("a");
  const { entries } = await pushed(device);
  return entries[0]?.id ?? "";
}

/** Ends with an answer in flight. */
async function leavesAnswer(arg: string): Promise<string> {
  const device = opened(arg);
  await answerPull(device);
  await device.note("a");
  const { entries, question } = await pushed(device);
  void device.answer(question, { kind: "push", outcomes: entries.map(acked) });
  return entries[0]?.id ?? "";
}

/** Ends with the file being closed. */
function leavesClose(arg: string): Promise<string> {
  const device = opened(arg);
  void device.note("a");
  void device.execute({ type: "close" });
  return Promise.resolve("");
}

/** Ends with large texts on their way in and out. */
async function leavesLargeTexts(arg: string): Promise<string> {
  const device = opened(arg);
  await device.note("x".repeat(MEGABYTE));
  void device.note("y".repeat(MEGABYTE));
  void device.execute({
    type: "query",
    query: { type: "window", window: { collection: "notes", limit: 5 } },
  });
  return "";
}

/** Ends with a wake that nobody has drained, timers that are far off, and a listener. */
async function leavesWake(arg: string): Promise<string> {
  const device = opened(arg);
  device.drainsOnWake = false;
  device.watch({ collection: "notes", limit: 5 });
  await device.note("a");
  setTimeout(() => device.drain(), 600_000);
  return "";
}

/** Ends with a migration at work. */
function leavesMigration(arg: string): Promise<string> {
  return Promise.resolve(openRaw(JSON.parse(arg) as Config).state);
}

/** Ends with the engine object in use. */
async function leavesMailboat(arg: string): Promise<string> {
  const mailboat = createMailboat({ ...(JSON.parse(arg) as { path: string }), host });
  const newest = mailboat.watch({ collection: "messages", take: "last", limit: 5 });
  newest.subscribe(() => undefined);
  await mailboat.create("conversations", { title: "a", memberIds: [] }, { id: "a" });
  void mailboat.update("conversations", "a", { title: "b" });
  return String(mailboat.counters().watches);
}

/** Takes an engine over, and uses it. */
async function takesOver(arg: string): Promise<string> {
  const device = opened(arg);
  await device.note("from the second runtime");
  return JSON.stringify({ generation: device.opened.generation, bodies: device.bodies() });
}

/** Opens the file with another config, which closes the other runtime's engine. */
async function opensAnew(arg: string): Promise<string> {
  const device = Device.open({ ...(JSON.parse(arg) as Config), durability: "normal" });
  await device.note("from the second runtime");
  return JSON.stringify({ generation: device.opened.generation, bodies: device.bodies() });
}

/** Calls an engine of the other runtime by its number. */
async function callsStranger(arg: string): Promise<string> {
  const engine = Number(arg);
  const error = await failureOf(() => host.query(engine, '{"type":"status"}'));
  const refused = await failureOf(() => host.execute(engine, '{"type":"close"}'));
  return `${error.code} ${refused.code}`;
}

/** Is ended by what a listener throws. */
async function throwsInListener(arg: string): Promise<string> {
  const device = opened(arg);
  await device.note("before");
  host.onWake(() => {
    throw new Error("thrown by a listener");
  });
  device.drain();
  void device.note("behind");
  return new Promise<never>(() => undefined);
}

/** Is ended by what a task throws. */
async function throwsInTask(arg: string): Promise<string> {
  const device = opened(arg);
  await device.note("before");
  void device.note("behind");
  setTimeout(() => {
    throw new Error("thrown by a task");
  }, 0);
  return new Promise<never>(() => undefined);
}

/** The scenarios, by name. */
export const scenarios: Readonly<Record<string, Scenario | undefined>> = {
  leavesCommands,
  leavesQuestion,
  leavesAnswer,
  leavesClose,
  leavesLargeTexts,
  leavesWake,
  leavesMigration,
  leavesMailboat,
  takesOver,
  opensAnew,
  callsStranger,
  throwsInListener,
  throwsInTask,
};
