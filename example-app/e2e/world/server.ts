// The server of a test: the dev server's program, in a process that is stopped, started and
// told to misbehave, and asked in the end what it holds.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Effect, Fault, ServerState } from "react-native-mailboat/testing";
import { DevServer } from "../../../scripts/demo/devServer";
import { DELIVERY_MS, LOOK_EVERY_MS } from "./deadlines";

/** A record as the server gives it to a user. */
interface Change {
  readonly collection: string;
  readonly id: string;
  readonly version: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A page of what a user sees. */
interface Page {
  readonly changes: readonly Change[];
  readonly cursor: string;
  readonly more: boolean;
}

/** Records of one conversation in a snapshot, and on a page: more than any test writes. */
const EVERYTHING = 500;

export class Server extends DevServer {
  /** Adds faults; docs/rest-contract.md names them. */
  async misbehave(...faults: Fault[]): Promise<void> {
    await this.addFaults(faults);
  }

  /** What it has counted. */
  async counts(): Promise<ServerState> {
    return (await this.state()) as ServerState;
  }

  /** Waits until its counters say so. */
  async waitUntil(what: string, holds: (state: ServerState) => boolean): Promise<void> {
    const giveUp = Date.now() + DELIVERY_MS;
    while (!holds(await this.counts())) {
      if (Date.now() > giveUp) throw new Error(`The server: waited too long until ${what}.`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Every change it has applied. */
  async effects(): Promise<Effect[]> {
    const { effects } = await this.get<{ effects: Effect[] }>("/dev/effects");
    return effects;
  }

  /** The records of a collection that a user sees, oldest first. */
  async records(collection: string, user: string): Promise<Change[]> {
    const headers = { authorization: `Bearer ${await this.tokenOf(user)}` };
    const found: Change[] = [];
    let cursor = "";
    for (let more = true; more;) {
      const query = new URLSearchParams({ limit: `${EVERYTHING}`, recent: `${EVERYTHING}` });
      if (cursor !== "") query.set("cursor", cursor);
      const page = await this.get<Page>(`/v1/pull?${query.toString()}`, headers);
      found.push(...page.changes.filter((change) => change.collection === collection));
      ({ cursor, more } = page);
    }
    return found.sort((one, other) => one.version - other.version);
  }

  /**
   * Fails unless the server holds exactly these messages, in this order, each applied once:
   * one record, one effect, one entry.
   */
  async holdsExactly(bodies: readonly string[], user = "ann"): Promise<void> {
    const messages = await this.records("messages", user);
    assert.deepEqual(
      messages.map(({ values }) => values["body"]),
      bodies,
      "the messages on the server",
    );
    const effects = (await this.effects()).filter(({ collection }) => collection === "messages");
    const once = (field: "entryId" | "recordId"): number =>
      new Set(effects.map((effect) => effect[field])).size;
    assert.equal(effects.length, bodies.length, "effects of messages");
    assert.equal(once("entryId"), bodies.length, "entries of messages");
    assert.equal(once("recordId"), bodies.length, "records of messages");
    assert.equal((await this.counts()).repeatedEffects, 0, "effects that were applied again");
  }

  /** Waits until it has a user's word that they have read a message. */
  async waitForReceipt(conversationId: string, user: string, body: string): Promise<void> {
    const giveUp = Date.now() + DELIVERY_MS;
    for (;;) {
      const messages = await this.records("messages", user);
      const message = messages.find(({ values }) => values["body"] === body);
      const receipts = await this.records("receipts", user);
      const isReceipt = ({ values }: Change): boolean =>
        values["conversationId"] === conversationId && values["userId"] === user;
      const receipt = receipts.find(isReceipt);
      if (message !== undefined && receipt !== undefined && receipt.version > message.version)
        return;
      if (Date.now() > giveUp) throw new Error(`The server: no receipt of ${user} for ${body}.`);
      await pause(LOOK_EVERY_MS);
    }
  }

  private async get<Answer>(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(this.url + path, { headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The server: ${path}: ${answer.status} ${text}`);
    // Parsed here and not by `json()`, whose objects are of another realm than the tests'.
    return JSON.parse(text) as Answer;
  }

  private async tokenOf(user: string): Promise<string> {
    return (await this.token(user)) as string;
  }
}
