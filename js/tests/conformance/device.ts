// One open engine at the waist, without the package's engine object: typed calls, the
// events of its drains, and a way to wait for something to have happened.

import { assert } from "chai";
import type { CommandAnswers, QueryAnswers } from "../../src/engine/engine";
import type { MailboatError } from "../../src/error";
import { toMailboatError } from "../../src/error";
import type {
  Answer,
  Ask,
  Command,
  Config,
  Drained,
  ErrorCode,
  Event,
  Opened,
  Query,
  SyncStatus,
  Watched,
  Window,
} from "../../src/generated/waist";
import { platformHost } from "./consoleHost";
import { newPath } from "./place";
import { SCHEMA } from "./schemas";
import { waitingFor } from "./suite";
import { witness } from "./witness";

/** The waist, with its calls counted. */
export const host = witness(platformHost);

/** A question of an engine that waits for its answer. */
export type Question = Extract<Event, { type: "question" }>;
type AskOf<K extends Ask["kind"]> = Extract<Ask, { kind: K }>;
type CommandOf<T extends Command["type"]> = Extract<Command, { type: T }>;

/** A config on a new file, with what differs from the usual. */
export function configOf(different: Partial<Config> = {}): Config {
  return { path: newPath(), schema: SCHEMA, ...different };
}

/** Has been opened by this suite and not been closed yet. */
const open = new Set<Device>();

/** Closes what cases have left open. */
export async function closeAll(): Promise<void> {
  for (const device of [...open]) await device.close();
}

/** One open engine. */
export class Device {
  /** Every event since it was opened. */
  readonly events: Event[] = [];
  /** Wakes that were delivered. */
  wakes = 0;
  /** What questions are answered with; `null` leaves one open. */
  answering: (ask: Ask) => Answer | null = () => null;
  /** Whether a wake is followed by a drain, as it should be. */
  drainsOnWake = true;
  private readonly waiters = new Set<() => void>();
  private readonly taken = new Set<Question>();
  private readonly stopListening: () => void;

  constructor(readonly opened: Opened) {
    this.stopListening = host.onWake((engine) => {
      if (engine !== this.id) return;
      this.wakes += 1;
      if (this.drainsOnWake) this.drain();
    });
    open.add(this);
  }

  /** Opens an engine; with no config given, on a new file. */
  static open(config: Config = configOf()): Device {
    return new Device(openRaw(config));
  }

  /** Names the engine. */
  get id(): number {
    return this.opened.engine;
  }

  query<T extends Query["type"]>(query: Extract<Query, { type: T }>): QueryAnswers[T] {
    return JSON.parse(host.query(this.id, JSON.stringify(query))) as QueryAnswers[T];
  }

  watch(window: Window): Watched {
    return JSON.parse(host.watch(this.id, JSON.stringify(window))) as Watched;
  }

  unwatch(watch: number): void {
    host.unwatch(this.id, watch);
  }

  execute<T extends Command["type"]>(command: CommandOf<T>): Promise<CommandAnswers[T]> {
    const answer = this.run(command);
    // Who waits for it hears of it; a case that has failed elsewhere does not wait any more.
    answer.catch(() => undefined);
    return answer;
  }

  private async run<T extends Command["type"]>(command: CommandOf<T>): Promise<CommandAnswers[T]> {
    return JSON.parse(await host.execute(this.id, JSON.stringify(command))) as CommandAnswers[T];
  }

  /** Takes what is pending; answers the events of this drain alone. */
  drain(): Event[] {
    const { events } = JSON.parse(host.drain(this.id)) as Drained;
    this.events.push(...events);
    for (const event of events) {
      const answer = event.type === "question" ? this.answering(event.ask) : null;
      if (event.type !== "question" || answer === null) continue;
      void this.answer(event, answer).catch(() => undefined);
    }
    for (const look of [...this.waiters]) look();
    return events;
  }

  /** Answers a question. */
  async answer(question: Question, answer: Answer): Promise<void> {
    await this.execute({ type: "answer", question: question.question, answer });
  }

  /** Resolves with what `find` finds; it looks now, and again after each drain. */
  until<T>(what: string, find: () => T | undefined | null | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        try {
          const found = find();
          if (found === undefined || found === null || found === false) return;
          resolve(found);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        this.waiters.delete(look);
        waitingFor.delete(what);
      };
      waitingFor.add(what);
      this.waiters.add(look);
      this.drain();
    });
  }

  /** Resolves with the next event of a type that fits. */
  event<T extends Event["type"]>(
    type: T,
    fits: (event: Extract<Event, { type: T }>) => boolean = () => true,
  ): Promise<Extract<Event, { type: T }>> {
    const isWanted = (event: Event): event is Extract<Event, { type: T }> =>
      event.type === type && fits(event as Extract<Event, { type: T }>);
    const from = this.events.length;
    return this.until(`the event ${type}`, () => this.events.slice(from).find(isWanted));
  }

  /** Resolves with the oldest question of a kind that no call of this method has had yet. */
  async question<K extends Ask["kind"]>(kind: K): Promise<Question & { ask: AskOf<K> }> {
    const question = await this.until(`a question for ${kind}`, () => this.unanswered(kind)[0]);
    this.taken.add(question);
    return question as Question & { ask: AskOf<K> };
  }

  /** Questions of a kind that no call of `question` has had yet. */
  unanswered(kind: Ask["kind"]): Question[] {
    return this.events.filter(
      (event): event is Question =>
        event.type === "question" && event.ask.kind === kind && !this.taken.has(event),
    );
  }

  /** Resolves with the status once it is so. */
  status(what: string, holds: (status: SyncStatus) => boolean): Promise<SyncStatus> {
    return this.until(`a status of ${what}`, () => {
      const status = this.query({ type: "status" });
      return holds(status) && status;
    });
  }

  /** Patches since it was opened. */
  patches(): Extract<Event, { type: "patch" }>[] {
    return this.events.filter((event) => event.type === "patch");
  }

  /** Writes a note; answers its id. */
  async note(body: string, more: Record<string, unknown> = {}): Promise<string> {
    const values = { body, ...more };
    return (await this.execute({ type: "create", collection: "notes", values })).id;
  }

  /** Bodies of all records of a collection, in their order. */
  bodies(collection = "notes"): unknown[] {
    const window = { collection, limit: 500 };
    return this.query({ type: "window", window }).rows.map((row) => row["body"]);
  }

  /**
   * Resolves when everything that was handed to the engine before has been worked on: a
   * command is answered in its turn.
   */
  async settle(): Promise<void> {
    await this.execute({ type: "query", query: { type: "counters" } });
    this.drain();
  }

  /** Closes it; one that is closed already, for whatever reason, is no error. */
  async close(): Promise<void> {
    open.delete(this);
    try {
      await this.execute({ type: "close" });
    } catch (error) {
      const ended = this.events.some(({ type }) => type === "openFailed" || type === "closed");
      if (toMailboatError(error).code !== "CLOSED" && !ended) throw error;
    } finally {
      this.stopListening();
    }
  }
}

/** Opens, and leaves the rest to the caller. */
export function openRaw(config: Config): Opened {
  return JSON.parse(host.open(JSON.stringify(config))) as Opened;
}

/** The error that a call throws or rejects with. */
export function failureOf(call: () => unknown): Promise<MailboatError> {
  const failure = catchError(call);
  failure.catch(() => undefined);
  return failure;
}

async function catchError(call: () => unknown): Promise<MailboatError> {
  try {
    await call();
  } catch (error) {
    return toMailboatError(error);
  }
  throw new Error("The call did not fail.");
}

/** Sees to it that a call fails with a code, and with a sentence. */
export async function assertFails(code: ErrorCode, call: () => unknown): Promise<MailboatError> {
  const error = await failureOf(call);
  assert.strictEqual(error.code, code, `${error.message} ${error.cause ?? ""}`);
  assert.match(error.message, /^\S.*\.$/su, "an error's message is a sentence");
  return error;
}
