// A backend as an app writes one in JavaScript, small but whole: it keeps records, gives
// them versions, remembers which entries it has applied, and serves changes by cursor.

import type { JavaScriptBackend, OlderRequest } from "../../src/engine/questions";
import type {
  Answer,
  Ask,
  Change,
  OlderPage,
  PullPage,
  PushEntry,
  PushOutcome,
} from "../../src/generated/waist";

/** A backend in memory. */
export class IslandBackend implements JavaScriptBackend {
  /** Ids of the entries in the order in which they were applied. */
  readonly applied: string[] = [];
  private readonly records = new Map<string, Change | { deletedAt: number }>();
  private version = 0;

  /** Answers a question of the engine at once. */
  answer(ask: Ask): Answer {
    switch (ask.kind) {
      case "token":
        return { kind: "token", token: null };
      case "push":
        return { kind: "push", outcomes: ask.entries.map((entry) => this.apply(entry)) };
      case "pull":
        return { kind: "pull", page: this.page(ask.cursor, ask.limit) };
      case "older":
        return { kind: "older", page: this.history(ask) };
      case "merge":
        // It is no backend's business.
        return { kind: "failed" };
    }
  }

  /** Bound, so that it can be given to a device. */
  readonly answering = (ask: Ask): Answer => this.answer(ask);

  push(entries: PushEntry[]): Promise<PushOutcome[]> {
    return Promise.resolve(entries.map((entry) => this.apply(entry)));
  }

  pull(cursor: string | null, limit: number): Promise<PullPage> {
    return Promise.resolve(this.page(cursor, limit));
  }

  older(request: OlderRequest): Promise<OlderPage> {
    return Promise.resolve(this.history(request));
  }

  /** Somebody else writes a record. */
  write(collection: string, id: string, values: Record<string, unknown>): Change {
    this.version += 1;
    const known = this.records.get(`${collection} ${id}`);
    const order = known !== undefined && "order" in known ? known.order : this.version;
    const change = { collection, id, version: this.version, order, values };
    this.records.set(`${collection} ${id}`, change);
    return change;
  }

  /** Every record's values, by id. */
  values(): Record<string, Record<string, unknown>> {
    const changes = [...this.records.values()].filter((record) => "id" in record);
    return Object.fromEntries(changes.map(({ id, values }) => [id, values]));
  }

  private apply(entry: PushEntry): PushOutcome {
    const { baseVersion, collection, id, operation, recordId, values } = entry;
    const key = `${collection} ${recordId}`;
    const known = this.records.get(key);
    const before = known !== undefined && "values" in known ? known.values : {};
    if (this.applied.includes(id)) return { outcome: "duplicate", id, ...this.placeOf(key) };
    if (baseVersion !== undefined && known !== undefined && "values" in known) {
      const { order, version } = known;
      if (version !== baseVersion)
        return { outcome: "conflict", id, version, order, values: before };
    }
    this.applied.push(id);
    if (operation === "delete") {
      this.version += 1;
      this.records.set(key, { deletedAt: this.version });
      return { outcome: "acked", id, version: this.version, order: this.version };
    }
    const { order, version } = this.write(collection, recordId, { ...before, ...values });
    return { outcome: "acked", id, version, order };
  }

  private placeOf(key: string): { version: number; order: number } {
    const record = this.records.get(key);
    if (record === undefined || "deletedAt" in record) {
      return { version: this.version, order: this.version };
    }
    const { order, version } = record;
    return { order, version };
  }

  private page(cursor: string | null, limit: number): PullPage {
    const after = Number(cursor ?? 0);
    const found = [...this.records.values()]
      .filter((record): record is Change => "version" in record && record.version > after)
      .sort((one, other) => one.version - other.version);
    const changes = found.slice(0, limit);
    const last = changes[changes.length - 1]?.version ?? after;
    return { changes, tombstones: [], cursor: String(last), more: found.length > limit };
  }

  private history({ before, collection, lane, limit }: OlderRequest): OlderPage {
    const found = [...this.records.values()]
      .filter((record): record is Change => "order" in record && record.collection === collection)
      .filter(({ order, values }) => values["island"] === lane && order < (before ?? Infinity))
      .sort((one, other) => one.order - other.order);
    return { changes: found.slice(-limit), more: found.length > limit };
  }
}
