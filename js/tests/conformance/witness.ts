// A host that notes what crosses it, for the coverage of the run. A command or a query
// counts when it was answered, an error when it was thrown.

import type { Host } from "../../src/engine/host";
import type {
  Answer,
  Command,
  Config,
  ConflictPage,
  Drained,
  Event,
  Opened,
  Query,
  Snapshot,
  SyncReport,
  WaistError,
  Why,
  WriteOptions,
  Written,
} from "../../src/generated/waist";
import type { Row } from "../../src/row";
import { saw } from "./coverage";

/** Notes what crosses `host`. */
export function witness(host: Host): Host {
  return {
    open(config) {
      const answer = watched("open", () => host.open(config));
      saw("openState", (JSON.parse(answer) as Opened).state);
      sawBackground(JSON.parse(config) as Config);
      return answer;
    },
    query(engine, request) {
      const answer = watched("query", () => host.query(engine, request));
      sawQuery(JSON.parse(request) as Query, answer);
      return answer;
    },
    watch(engine, request) {
      const answer = watched("watch", () => host.watch(engine, request));
      sawRows((JSON.parse(answer) as Snapshot).rows);
      return answer;
    },
    unwatch(engine, watch) {
      watched("unwatch", () => {
        host.unwatch(engine, watch);
      });
    },
    execute(engine, command) {
      return watchedPromise(host, engine, command);
    },
    drain(engine) {
      const answer = watched("drain", () => host.drain(engine));
      for (const event of (JSON.parse(answer) as Drained).events) sawEvent(event);
      return answer;
    },
    onWake(listener) {
      return watched("onWake", () => host.onWake(listener));
    },
  };
}

function watched<T>(name: keyof Host, call: () => T): T {
  try {
    const answer = call();
    saw("call", name);
    return answer;
  } catch (error) {
    sawError(error);
    throw error;
  }
}

async function watchedPromise(host: Host, engine: number, command: string): Promise<string> {
  try {
    const answer = await host.execute(engine, command);
    saw("call", "execute");
    sawCommand(JSON.parse(command) as Command, answer);
    return answer;
  } catch (error) {
    sawError(error);
    throw error;
  }
}

/** A bridge may word its own refusal of a wrong kind of argument; that is no code of the waist. */
function sawError(error: unknown): void {
  const { message } = error as Error;
  if (message.startsWith("{")) saw("code", (JSON.parse(message) as WaistError).code);
}

function sawBackground({ background }: Config): void {
  if (background === undefined) saw("background", "unwanted");
  else saw("background", background.keepToken === true ? "withToken" : "wanted");
}

function sawCommand(command: Command, answer: string): void {
  saw("command", command.type);
  switch (command.type) {
    case "query":
      sawQuery(command.query, answer);
      return;
    case "setNetwork":
      saw("network", command.network.kind);
      return;
    case "setPower":
      saw("power", command.power);
      return;
    case "setAppState":
      saw("appState", command.state);
      return;
    case "syncWithin":
      saw("syncEnd", (JSON.parse(answer) as SyncReport).ended);
      return;
    case "why":
      saw("why", (JSON.parse(answer) as Why).state);
      return;
    case "create":
    case "update":
    case "delete":
      saw("written", (JSON.parse(answer) as Written).acked ? "acked" : "notAcked");
      sawOptions(command.options ?? {});
      return;
    case "batch":
      saw("batchMode", command.mode ?? "partial");
      sawOptions(command.options ?? {});
      return;
    case "answer":
      sawAnswer(command.answer);
      return;
    default:
      return;
  }
}

function sawOptions({ priority, send, write }: WriteOptions): void {
  if (priority !== undefined) saw("priority", priority);
  if (send !== undefined) saw("sendMode", send);
  if (write !== undefined) saw("writeMode", write);
}

function sawAnswer(answer: Answer): void {
  saw("answer", answer.kind);
  if (answer.kind === "merge") saw("merged", answer.merged.take);
  if (answer.kind !== "push") return;
  for (const { outcome } of answer.outcomes) saw("outcome", outcome);
}

function sawQuery(query: Query, answer: string): void {
  saw("query", query.type);
  if (query.type === "window") sawRows((JSON.parse(answer) as Snapshot).rows);
  if (query.type !== "conflicts") return;
  for (const { lost } of (JSON.parse(answer) as ConflictPage).conflicts) saw("loser", lost);
}

function sawEvent(event: Event): void {
  saw("event", event.type);
  switch (event.type) {
    case "patch":
      for (const op of event.ops) {
        saw("patchOperation", op.op);
        if ("row" in op) sawRows([op.row]);
      }
      return;
    case "status":
      saw("phase", event.phase);
      if (event.initialSync !== null) saw("initialSync", event.initialSync.state);
      if (event.error !== null) saw("code", event.error.code);
      return;
    case "question":
      saw("question", event.ask.kind);
      if (event.ask.kind !== "push") return;
      for (const { operation } of event.ask.entries) saw("mutation", operation);
      return;
    case "openFailed":
    case "closed":
      saw("code", event.error.code);
      return;
    case "critical":
      saw("critical", event.kind);
      saw("code", event.error.code);
      return;
    case "progress":
      saw("progress", event.kind);
      return;
    case "longOffline":
    case "reset":
    case "opened":
      return;
  }
}

function sawRows(rows: readonly Row[]): void {
  for (const { delivery } of rows) saw("delivery", delivery);
}
