// What this suite must provoke. Each list is exhaustive by its type: a command, query,
// event, question, answer, operation or code that is added to the waist does not compile
// until it stands here, and then the run fails until a case provokes it.

import type { Host } from "../../src/engine/host";
import type {
  Answer,
  AppState,
  Ask,
  BatchMode,
  Command,
  CriticalKind,
  ErrorCode,
  Event,
  InitialSyncState,
  Loser,
  Merged,
  NetworkKind,
  OpenState,
  Operation,
  PatchOp,
  Phase,
  Power,
  Priority,
  ProgressKind,
  PushOutcome,
  Query,
  SendMode,
  SyncEnd,
  WhyState,
  WriteMode,
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
  syncWithin: true,
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
  conflicts: true,
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

const question: All<Ask["kind"]> = {
  token: true,
  push: true,
  pull: true,
  older: true,
  merge: true,
};

const answer: All<Answer["kind"]> = {
  token: true,
  push: true,
  pull: true,
  older: true,
  merge: true,
  failed: true,
};

const outcome: All<PushOutcome["outcome"]> = {
  acked: true,
  duplicate: true,
  conflict: true,
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

const initialSync: All<InitialSyncState> = { waiting: true, running: true, failed: true };

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

const priority: All<Priority> = { low: true, normal: true, high: true };

const sendMode: All<SendMode> = { immediate: true, batched: true, scheduled: true };

const writeMode: All<WriteMode> = { localFirst: true, serverFirst: true };

const batchMode: All<BatchMode> = { partial: true, atomic: true };

/** Whether a write that resolved had the server's word already. */
const written: All<"acked" | "notAcked"> = { acked: true, notAcked: true };

const syncEnd: AllBut<SyncEnd> = {
  done: true,
  budget: true,
  waiting: true,
  unauthorized: true,
  notEnabled: "only a sync without JavaScript ends so; rust/engine does",
  failed: "it takes a disk that fails; rust/engine plays it",
  stopped: true,
};

/** What a config says of syncing without JavaScript. */
const background: All<"wanted" | "withToken" | "unwanted"> = {
  wanted: true,
  withToken: true,
  unwanted: true,
};

const merged: All<Merged["take"]> = { ours: true, theirs: true, values: true };

const loser: All<Loser> = { local: true, server: true };

const progress: All<ProgressKind> = { push: true, pull: true };

const critical: AllBut<CriticalKind> = {
  diskFull: true,
  corrupt: "no call can damage a file that is open; rust/engine does",
  backendRefuses: true,
};

const why: AllBut<WhyState> = {
  acked: true,
  discarded: true,
  unknown: true,
  deadLetter: true,
  noBackend: true,
  inFlight: true,
  held: true,
  dependency: true,
  behind: true,
  scheduled: true,
  retry: true,
  setAside: "it takes an entry that fails alone while others pass; rust/core plays it",
  lowPriority: true,
  token: true,
  offline: true,
  spread: "it takes a draw of chance; rust/core plays it",
  backoff: "it takes a draw of chance; rust/core plays it",
  breaker: true,
  budget: "it takes many failures in a short time; rust/core plays it",
  server: true,
  queued: true,
  ready: "nobody can ask between two turns of the engine; rust/core does",
};

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
  initialSync,
  phase,
  delivery,
  network,
  power,
  appState,
  priority,
  sendMode,
  writeMode,
  batchMode,
  written,
  syncEnd,
  background,
  merged,
  loser,
  progress,
  critical,
  why,
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
