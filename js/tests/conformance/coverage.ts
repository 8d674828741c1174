// What this suite must provoke. Each list is exhaustive by its type: a command, query,
// event, question, answer, operation or code that is added to the waist does not compile
// until it stands here, and then the run fails until a case provokes it.

import type { Host } from "../../src/engine/host";
import type {
  Answer,
  AppState,
  Ask,
  Command,
  ErrorCode,
  Event,
  NetworkKind,
  OpenState,
  Operation,
  PatchOp,
  Phase,
  Power,
  PushOutcome,
  Query,
} from "../../src/generated/waist";
import type { Delivery } from "../../src/row";

/** Every member of a union, each once. */
type All<Union extends string> = Readonly<Record<Union, true>>;
/** The same, where some cannot be provoked for the reason that stands there. */
type AllBut<Union extends string> = Readonly<Record<Union, true | string>>;

const call: All<keyof Host> = {
  open: true,
  query: true,
  watch: true,
  unwatch: true,
  execute: true,
  drain: true,
  onWake: true,
};

const command: All<Command["type"]> = {
  create: true,
  update: true,
  delete: true,
  batch: true,
  retry: true,
  retryAll: true,
  cancel: true,
  edit: true,
  discard: true,
  sync: true,
  loadOlder: true,
  query: true,
  setNetwork: true,
  setAppState: true,
  setPower: true,
  why: true,
  answer: true,
  close: true,
};

const query: All<Query["type"]> = {
  window: true,
  record: true,
  outbox: true,
  status: true,
  counters: true,
};

const event: AllBut<Event["type"]> = {
  patch: true,
  reset: true,
  status: true,
  progress: true,
  longOffline: "it takes a day; rust/core and the simulator play it",
  critical: true,
  question: true,
  opened: true,
  openFailed: true,
  closed: true,
};

const question: All<Ask["kind"]> = { token: true, push: true, pull: true, older: true };

const answer: All<Answer["kind"]> = {
  token: true,
  push: true,
  pull: true,
  older: true,
  failed: true,
};

const outcome: All<PushOutcome["outcome"]> = {
  acked: true,
  duplicate: true,
  rejected: true,
  retry: true,
  blocked: true,
};

const patchOperation: All<PatchOp["op"]> = {
  insert: true,
  update: true,
  move: true,
  remove: true,
};

const mutation: All<Operation> = { create: true, update: true, delete: true };

const openState: All<OpenState> = { ready: true, opening: true };

const phase: All<Phase> = {
  idle: true,
  pushing: true,
  pulling: true,
  waiting: true,
  offline: true,
  paused: true,
};

const delivery: All<Delivery> = { queued: true, sending: true, sent: true, failed: true };

const network: All<NetworkKind> = {
  unknown: true,
  none: true,
  wifi: true,
  cellular: true,
  ethernet: true,
  other: true,
};

const power: All<Power> = { unknown: true, charging: true, battery: true, low: true };

const appState: All<AppState> = { foreground: true, background: true };

const code: AllBut<ErrorCode> = {
  NETWORK: true,
  UNAUTHORIZED: true,
  REJECTED: true,
  CONFLICT: true,
  CORRUPT: true,
  DISK_FULL: true,
  QUOTA: true,
  LOCKED: true,
  SUSPENDED: true,
  CLOSED: true,
  CANCELLED: "no command can be given up yet",
  NEWER_VERSION: true,
  WRONG_KEY: "no file is encrypted yet",
  TOO_EXPENSIVE: true,
  INVALID_ARGUMENT: true,
  UNSUPPORTED: true,
  INTERNAL: true,
};

const EXPECTED = {
  call,
  command,
  query,
  event,
  question,
  answer,
  outcome,
  patchOperation,
  mutation,
  openState,
  phase,
  delivery,
  network,
  power,
  appState,
  code,
};

/** One of the lists above. */
export type Kind = keyof typeof EXPECTED;

const provoked = new Set<string>();

/** Something of the waist was seen to work. */
export function saw(kind: Kind, name: string): void {
  provoked.add(`${kind} ${name}`);
}

/** How far the cases have come with the lists. */
export interface Judgement {
  /** How many parts of the waist were provoked. */
  readonly provoked: number;
  /** What was not, with the reason. */
  readonly excused: readonly string[];
  /** Sentences about what is not as it must be. */
  readonly flaws: readonly string[];
}

/** Holds what was provoked against the lists. */
export function judge(): Judgement {
  const expected = Object.entries<AllBut<string>>(EXPECTED).flatMap(([kind, names]) =>
    Object.entries(names).map(([name, must]) => ({ key: `${kind} ${name}`, must })),
  );
  const excused: string[] = [];
  const flaws: string[] = [];
  for (const { key, must } of expected) {
    const seen = provoked.delete(key);
    if (must === true && !seen) flaws.push(`${key} was not provoked by any case`);
    if (must === true) continue;
    if (seen) flaws.push(`${key} was seen, though ${must}: see to a case of its own`);
    else excused.push(`${key}: ${must}`);
  }
  for (const key of provoked) flaws.push(`${key} was seen, and no list of this suite has it`);
  return { provoked: expected.length - excused.length - flaws.length, excused, flaws };
}
