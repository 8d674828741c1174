// A device for tests: the real engine on a file of its own, with a wire to a real server
// that can be cut, and a process that can be killed.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MailboatConfig } from "../config";
import { createMailboat, type SchemaConfig } from "../createMailboat";
import type { OnDiagnostic } from "../diagnostics/diagnostic";
import type { JavaScriptBackend } from "../engine/questions";
import { messagingSchema } from "../generated/messagingSchema";
import type { Durability, Policy } from "../generated/waist";
import type { Mailboat } from "../mailboat";
import type { MessagingCollections } from "../messaging";
import type { NetworkSource } from "../network/networkSource";
import { addon } from "../node/addon";
import type { Collections, CollectionsOf, SchemaShape } from "../schema";
import { actHost, inAct } from "./actHost";
import { Link } from "./link";
import { TestServer, type FaultTarget } from "./testServer";

/**
 * Delays that let a test see a retry without waiting for it: what a test device has when the
 * test does not say.
 *
 * @example
 * ```ts
 * const device = await createTestMailboat({ policy: { ...TEST_POLICY, maxRetries: 1 } });
 * ```
 */
export const TEST_POLICY: Policy = {
  baseMs: 20,
  maxDelayMs: 200,
  breakerOpenMs: 200,
  breakerMaxOpenMs: 200,
  retryFloorMs: 20,
  edgeSpreadMs: 20,
  reconnectSpreadMs: 200,
};

/**
 * How a test device is set up.
 *
 * @example
 * ```ts
 * const options: TestMailboatOptions = { user: "ben", policy: policies.fieldData };
 * ```
 */
export interface TestMailboatOptions {
  /** Who uses the device; `ann` when left out. */
  readonly user?: string;
  /** Replaces {@link TEST_POLICY}. */
  readonly policy?: Policy;
  /** As in `createMailboat`. */
  readonly durability?: Durability;
  /** The app's own backend, instead of the dev server. */
  readonly backend?: JavaScriptBackend;
  /** As in `createMailboat`. What `goOffline` and `goOnline` say counts as well: the last word. */
  readonly network?: NetworkSource;
  /** As in `createMailboat`. */
  readonly onDiagnostic?: OnDiagnostic;
}

/**
 * A set-up with the app's own collections.
 *
 * @typeParam S - the schema, from which the types of its records follow
 */
export interface TestSchemaOptions<S extends SchemaShape> extends TestMailboatOptions {
  /** As in `createMailboat`. */
  readonly schema: S;
}

/**
 * Makes a device for a test: the real engine on a fresh file, connected to a dev server in
 * this process. Call `close` when the test is over.
 *
 * @param options - who uses it, and what it differs in from an app's own engine
 * @throws `MailboatError` as `createMailboat`, such as `UNSUPPORTED` when there is no engine
 * for this platform
 *
 * @example
 * ```ts
 * const device = await createTestMailboat();
 * await device.goOffline();
 * await device.mailboat.sendMessage("crew", "We leave at high tide.");
 * await device.goOnline();
 * await device.close();
 * ```
 */
export function createTestMailboat(
  options?: TestMailboatOptions & { readonly schema?: never },
): Promise<TestMailboat>;
export function createTestMailboat<const S extends SchemaShape>(
  options: TestSchemaOptions<S>,
): Promise<TestMailboat<CollectionsOf<S>>>;
export async function createTestMailboat(
  options: TestMailboatOptions & { readonly schema?: SchemaShape } = {},
): Promise<unknown> {
  const dir = await mkdtemp(join(tmpdir(), "mailboat-test-"));
  const server = await TestServer.start(join(dir, "server"));
  return TestMailboat.start({ dir, server, devices: [], options });
}

/** What devices of one test share, and how one of them is set up. */
interface TestSetup {
  readonly dir: string;
  readonly server: TestServer;
  /** Every device of this server; the first one owns the server and the folder. */
  readonly devices: TestMailboat<Collections>[];
  readonly options: TestMailboatOptions & { readonly schema?: SchemaShape };
}

/**
 * A device under test. Made by {@link createTestMailboat}.
 *
 * @typeParam C - the collections of its schema
 *
 * @example What was written before a crash is still there, and reaches the server once.
 * ```ts
 * await device.goOffline();
 * await device.mailboat.sendMessage(conversationId, "We leave at high tide.");
 * device.kill();
 * const mailboat = await device.restart();
 * await device.goOnline();
 * await mailboat.sync();
 * expect((await device.server.state()).repeatedEffects).toBe(0);
 * ```
 */
export class TestMailboat<C extends Collections = MessagingCollections> {
  private current: Mailboat<C> | null = null;

  private constructor(
    private readonly setup: TestSetup,
    private readonly link: Link,
    private readonly name: string,
  ) {}

  /** @internal */
  static async start<C extends Collections>(setup: TestSetup): Promise<TestMailboat<C>> {
    const link = await Link.to(setup.server.url);
    const device = new TestMailboat<C>(setup, link, `device-${setup.devices.length}`);
    setup.devices.push(device);
    await device.open();
    return device;
  }

  /** The engine of the device; another object after `restart`. */
  get mailboat(): Mailboat<C> {
    if (this.current === null) throw new Error("The device is closed.");
    return this.current;
  }

  /** The server that all devices of this test share. */
  get server(): TestServer {
    return this.setup.server;
  }

  /** Who uses the device. */
  get user(): string {
    return this.setup.options.user ?? "ann";
  }

  /**
   * Takes the device off the network: its connections end at once, new ones fail, and the
   * platform says so. Writes stay in the outbox. Other devices stay online.
   *
   * @example
   * ```ts
   * await device.goOffline();
   * ```
   */
  async goOffline(): Promise<void> {
    this.link.cut();
    await this.mailboat.setNetwork({ kind: "none" });
  }

  /**
   * Brings the device back onto the network, where it sends and fetches what waited.
   *
   * @example
   * ```ts
   * await device.goOnline();
   * await device.mailboat.sync();
   * ```
   */
  async goOnline(): Promise<void> {
    this.link.mend();
    await this.mailboat.setNetwork({ kind: "other" });
  }

  /**
   * Lets the next request of this user fail with an HTTP status: a push when not said.
   *
   * @example
   * ```ts
   * await device.failNext(503);
   * await device.failNext(401, "pull");
   * ```
   */
  async failNext(status: number, on: FaultTarget = "push"): Promise<void> {
    await this.server.faults([{ on, kind: "status", status, user: this.user }]);
  }

  /**
   * Kills the device's process, as far as the engine can tell: what is not committed is
   * gone, and promises of commands under way never settle. `restart` starts it again.
   *
   * @example
   * ```ts
   * device.kill();
   * ```
   */
  kill(): void {
    const { mailboat } = this;
    addon().abandon(mailboat.engineId);
    inAct(() => {
      mailboat.drain();
    });
  }

  /**
   * Starts the app anew on the same file: after `kill`, or in place of closing it.
   *
   * @returns the new engine, which `mailboat` answers from now on
   *
   * @example
   * ```ts
   * const mailboat = await device.restart();
   * ```
   */
  async restart(): Promise<Mailboat<C>> {
    await this.mailboat.close();
    await this.open();
    if (this.link.isCut) await this.mailboat.setNetwork({ kind: "none" });
    return this.mailboat;
  }

  /**
   * A further device on the same server, of another user or of the same one.
   *
   * @example
   * ```ts
   * const ben = await device.another("ben");
   * await ben.mailboat.sync();
   * ```
   */
  another(user: string): Promise<TestMailboat<C>> {
    return TestMailboat.start({ ...this.setup, options: { ...this.setup.options, user } });
  }

  /**
   * Closes the device; the first one closes the others, the server and the folder too.
   *
   * @example
   * ```ts
   * afterEach(() => device.close());
   * ```
   */
  async close(): Promise<void> {
    const { dir, devices, server } = this.setup;
    if (devices[0] !== (this as unknown)) {
      await this.closeDevice();
      return;
    }
    for (const device of devices) await device.closeDevice();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }

  private async closeDevice(): Promise<void> {
    await this.current?.close();
    await this.link.close();
  }

  private async open(): Promise<void> {
    const mailboat: unknown = createMailboat(this.config() as SchemaConfig<SchemaShape>);
    this.current = mailboat as Mailboat<C>;
    await this.current.whenReady();
  }

  private config(): MailboatConfig {
    const { backend, schema = messagingSchema, ...options } = this.setup.options;
    const { durability, network, onDiagnostic, policy = TEST_POLICY } = options;
    return {
      path: join(this.setup.dir, `${this.name}.db`),
      schema,
      policy,
      userId: this.user,
      host: actHost(),
      backend: backend ?? {
        kind: "rest",
        baseUrl: this.link.url,
        getToken: () => this.server.token(this.user, this.link.url),
      },
      ...(durability !== undefined && { durability }),
      ...(network !== undefined && { network }),
      ...(onDiagnostic !== undefined && { onDiagnostic }),
    };
  }
}
