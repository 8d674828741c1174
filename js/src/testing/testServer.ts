// The reference server of the REST contract, in this process, with switches that make it
// misbehave. Its data lies in a folder of its own and survives a restart.

import { request } from "node:http";
import type { Operation } from "../generated/waist";
import { addon } from "../node/addon";

/** Which requests a fault waits for. */
export type FaultTarget = "push" | "pull" | "older" | "hints" | "token" | "any";

/**
 * What goes wrong, by `kind`.
 *
 * @example
 * ```ts
 * const busy: FaultKind = { kind: "status", status: 429, retryAfterS: 2 };
 * ```
 */
export type FaultKind =
  | {
      /** The connection closes; nothing was done. */
      readonly kind: "dropBeforeCommit";
    }
  | {
      /** Everything is done; then the connection closes without an answer. */
      readonly kind: "dropAfterCommit";
    }
  | {
      /** Everything is done; the connection closes in the middle of the answer. */
      readonly kind: "truncate";
    }
  | {
      /** Status 200 and a page of HTML, as from a captive portal; nothing was done. */
      readonly kind: "garbage";
    }
  | {
      /** This status and nothing else. */
      readonly kind: "status";
      /** The HTTP status, 200 to 599. */
      readonly status: number;
      /** Seconds that `Retry-After` says; no such header when left out. */
      readonly retryAfterS?: number;
    }
  | {
      /** The request waits before anything is done. */
      readonly kind: "delay";
      /** Milliseconds. */
      readonly ms: number;
    }
  | {
      /** All tokens end and the request is answered 401; new tokens work. */
      readonly kind: "unauthorizedUntilRefreshed";
    }
  | {
      /** One entry of a push is answered so. */
      readonly kind: "entry";
      /** The answer. */
      readonly outcome: "retry" | "rejected" | "blocked";
      /** Only an entry on this record. */
      readonly recordId?: string;
      /** Only an entry of this lane. */
      readonly lane?: string;
      /** Milliseconds after which a `retry` may come back. */
      readonly afterMs?: number;
    };

/**
 * A fault of the server. It happens `times` times: once when left out, for ever when `null`.
 *
 * @example
 * ```ts
 * const flaky: Fault = { on: "any", kind: "dropAfterCommit", times: null, probability: 0.2 };
 * ```
 */
export type Fault = FaultKind & {
  /** Which requests it waits for. */
  readonly on: FaultTarget;
  /** How often it happens; once when left out, for ever when `null`. */
  readonly times?: number | null;
  /** How likely it is, 0 to 1; always when left out. */
  readonly probability?: number;
  /** Only to this user's requests. */
  readonly user?: string;
};

/** What the server holds and has seen. */
export interface ServerState {
  /** Sequence number of the last effect. */
  readonly sequence: number;
  /** Records that are not deleted, by collection. */
  readonly records: Readonly<Record<string, number>>;
  /** Records that were deleted. */
  readonly deleted: number;
  /** Effects applied. */
  readonly effects: number;
  /** Effects beyond the first of their entry; anything but 0 is a failure. */
  readonly repeatedEffects: number;
  /** Entries whose effect the server remembers. */
  readonly ledger: number;
  /** Requests since the start, by endpoint, refused ones included. */
  readonly requests: Readonly<Record<string, number>>;
  /** Faults that can still happen. */
  readonly faultsWaiting: number;
  /** How often each kind of fault has happened. */
  readonly fired: Readonly<Record<string, number>>;
}

/** One change that the server has applied. */
export interface Effect {
  /** Its place among all effects. */
  readonly sequence: number;
  /** The outbox entry that caused it. */
  readonly entryId: string;
  /** What happened to the record. */
  readonly operation: Operation;
  /** Name of the collection. */
  readonly collection: string;
  /** Id of the record. */
  readonly recordId: string;
  /** Who sent it. */
  readonly user: string;
  /** The lane it was sent in. */
  readonly lane: string;
}

/**
 * A dev server in this process: it answers the REST contract as a real backend does, and says
 * what it has seen. Each {@link TestMailboat} has one as `server`.
 *
 * @example The answer to a push gets lost; the message is there once all the same.
 * ```ts
 * import { waitFor } from "@testing-library/react-native";
 *
 * const { mailboat, server } = device;
 * await server.faults([{ on: "push", kind: "dropAfterCommit" }]);
 * await mailboat.sendMessage(conversationId, "We leave at high tide.");
 * await waitFor(() => expect(mailboat.status.getSnapshot().pending).toBe(0));
 * expect((await server.effects()).length).toBe(1);
 * ```
 */
export class TestServer {
  private constructor(
    private readonly dir: string,
    private id: number | null,
    /** Where it listens; stays the same when it is stopped and started. */
    readonly url: string,
  ) {}

  /** @internal Starts a server that keeps its data in `dir`. */
  static async start(dir: string): Promise<TestServer> {
    const { id, url } = await startDevServer(dir, 0);
    return new TestServer(dir, id, url);
  }

  /**
   * Adds faults to those that wait to happen.
   *
   * @example
   * ```ts
   * await device.server.faults([{ on: "pull", kind: "delay", ms: 500, times: 3 }]);
   * ```
   */
  async faults(faults: readonly Fault[]): Promise<void> {
    await this.ask("POST", "/dev/faults", faults);
  }

  /** Ends all faults. */
  async clearFaults(): Promise<void> {
    await this.ask("DELETE", "/dev/faults");
  }

  /**
   * What it holds and has seen.
   *
   * @example
   * ```ts
   * const { records } = await device.server.state();
   * expect(records.messages).toBe(2);
   * ```
   */
  async state(): Promise<ServerState> {
    return (await this.ask("GET", "/dev/state")) as ServerState;
  }

  /** Every change it has applied, in order. */
  async effects(): Promise<Effect[]> {
    const all: Effect[] = [];
    for (let more = true; more;) {
      const path = `/dev/effects?after=${all[all.length - 1]?.sequence ?? 0}`;
      const page = (await this.ask("GET", path)) as { effects: Effect[]; more: boolean };
      all.push(...page.effects);
      more = page.more;
    }
    return all;
  }

  /**
   * A bearer token for a user, asked for at another address of this server if there is one.
   *
   * @example
   * ```ts
   * const getToken = () => device.server.token("ann");
   * ```
   */
  async token(user: string, base: string = this.url): Promise<string> {
    const answer = await ask("POST", new URL("/dev/token", base), { user });
    return (answer as { token: string }).token;
  }

  /**
   * Closes its listener and connections, for everyone. Its data stays.
   *
   * @example
   * ```ts
   * await device.server.stop();
   * ```
   */
  async stop(): Promise<void> {
    if (this.id === null) return;
    const { id } = this;
    this.id = null;
    await addon().stopDevServer(id);
  }

  /** Listens again, on the same port with the same data. */
  async start(): Promise<void> {
    if (this.id !== null) return;
    this.id = (await startDevServer(this.dir, Number(new URL(this.url).port))).id;
  }

  private ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return ask(method, new URL(path, this.url), body);
  }
}

async function startDevServer(dir: string, port: number): Promise<{ id: number; url: string }> {
  const options = JSON.stringify({ dir, port, forgetLedger: false });
  return JSON.parse(await addon().startDevServer(options)) as { id: number; url: string };
}

/** Node's own client, because apps often replace `fetch` in their tests. */
function ask(method: string, url: URL, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("error", reject);
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const status = answer.statusCode ?? 0;
        if (status >= 300) reject(new Error(`${method} ${url.pathname}: ${status} ${text}`));
        else resolve(text === "" ? null : JSON.parse(text));
      });
    });
    asked.on("error", reject);
    if (body !== undefined) asked.setHeader("content-type", "application/json");
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
