// A backend of the REST contract: the reference server, and servers that are none.

import { assert } from "chai";
import { messagingSchema } from "../../../src/generated/messagingSchema";
import type {
  Answer,
  Ask,
  BackgroundConfig,
  Config,
  ErrorCode,
  Policy,
  SyncReport,
} from "../../../src/generated/waist";
import { QUICK } from "../asked";
import { assertFails, configOf, Device, failureOf } from "../device";
import { tokenOf, urls } from "../place";
import { describe, each, it } from "../suite";

/** Records of a lane that a first pull brings. */
const RECENT = 50;

const give =
  (token: string | null) =>
  ({ kind }: Ask): Answer | null =>
    kind === "token" ? { kind, token } : null;

function configAt(baseUrl: string, policy: Policy = QUICK): Config {
  const schema = messagingSchema as unknown as Config["schema"];
  return configOf({ schema, backend: { kind: "rest", baseUrl }, policy });
}

/** Opens a device of a user of the reference server. */
function openAs(user: string, config: Config = configAt(urls.server())): Device {
  const device = Device.open(config);
  device.answering = give(tokenOf(user));
  return device;
}

function converse(device: Device, id: string, memberIds: string[]): Promise<unknown> {
  const values = { title: id, memberIds };
  return device.execute({ type: "create", collection: "conversations", id, values });
}

async function send(device: Device, conversationId: string, body: string): Promise<string> {
  const values = { conversationId, senderId: "somebody", body, sentAt: 1 };
  return (await device.execute({ type: "create", collection: "messages", values })).id;
}

const sync = (device: Device): Promise<null> => device.execute({ type: "sync" });

export function defineServer(): void {
  describe("the server", defineTalks);
  describe("a token", defineTokens);
  describe("a budget", defineBudgets);
  describe("a config with background", defineBackground);
  describe("a server", defineFailures);
}

function defineTalks(): void {
  it("takes what one device writes and gives it to another one", async () => {
    const ann = openAs("ann");
    await converse(ann, "harbour", ["ann", "ben"]);
    const bodies = ["first", "\u{1f6a3} second", "\u05e1\u05b4\u05d9\u05e8\u05b8\u05d4", "a\0b"];
    for (const body of bodies) await send(ann, "harbour", body);
    await sync(ann);
    assert.deepInclude(ann.query({ type: "status" }), { pending: 0, failed: 0, error: null });
    const ben = openAs("ben");
    await sync(ben);
    assert.deepEqual(ben.bodies("messages"), bodies);
    const record = ben.query({ type: "record", collection: "conversations", id: "harbour" });
    assert.deepEqual(record?.["memberIds"], ["ann", "ben"]);
  });

  it("tells a device by itself what another one has written", async () => {
    const [ann, ben] = [openAs("ann"), openAs("ben")];
    await converse(ann, "pier", ["ann", "ben"]);
    await sync(ann);
    await sync(ben);
    const window = { collection: "messages", where: { conversationId: "pier" }, limit: 5 };
    const { watch } = ben.watch(window);
    await send(ann, "pier", "knock knock");
    const patch = await ben.event("patch", (event) => event.watch === watch);
    assert.deepNestedPropertyVal(patch, "ops[0].row.body", "knock knock");
  });

  it("changes and deletes what it has", async () => {
    const carl = openAs("carl");
    await converse(carl, "shed", ["carl"]);
    const [changed, deleted] = [await send(carl, "shed", "a"), await send(carl, "shed", "b")];
    await sync(carl);
    const record = { collection: "messages", id: changed };
    await carl.execute({ type: "update", ...record, values: { body: "changed" } });
    await carl.execute({ type: "delete", collection: "messages", id: deleted });
    await sync(carl);
    const another = openAs("carl");
    await sync(another);
    assert.deepEqual(another.bodies("messages"), ["changed"]);
  });

  it("has the history of a conversation, page by page", async () => {
    const dora = openAs("dora");
    await converse(dora, "diary", ["dora"]);
    const bodies = Array.from({ length: RECENT + 15 }, (_, at) => `page ${at}`);
    await Promise.all(bodies.map((body) => send(dora, "diary", body)));
    await sync(dora);
    const another = openAs("dora");
    await sync(another);
    assert.lengthOf(another.bodies("messages"), RECENT);
    const older = { type: "loadOlder", collection: "messages", lane: "diary", limit: 20 } as const;
    let loaded = 0;
    for (let more = true; more;) {
      const answer = await another.execute(older);
      loaded += answer.loaded;
      more = answer.more;
    }
    assert.strictEqual(loaded, bodies.length - RECENT);
    assert.deepEqual(another.bodies("messages"), bodies);
  });

  it("refuses an entry, and its reason is in the outbox", async () => {
    const emil = openAs("emil");
    await converse(emil, "nobody is in it", []);
    await sync(emil);
    const [entry] = emil.query({ type: "outbox", limit: 5 }).entries;
    assert.isTrue(entry?.failed);
    assert.isString(entry.reason?.code);
    assert.strictEqual(emil.query({ type: "status" }).failed, 1);
  });
}

function defineTokens(): void {
  it("is asked for before the first request, and syncing rests until it comes", async () => {
    const device = Device.open(configAt(urls.server()));
    const question = await device.question("token");
    assert.deepEqual(question.ask, { kind: "token", refresh: false });
    await device.status("a pause", ({ phase }) => phase === "paused");
    const values = { title: "Quay", memberIds: ["fay"] };
    const create = { type: "create", collection: "conversations", values } as const;
    const { entry } = await device.execute(create);
    const { state } = await device.execute({ type: "why", entry: entry ?? "" });
    assert.strictEqual(state, "token");
    await device.answer(question, { kind: "token", token: tokenOf("fay") });
    await sync(device);
    assert.isNotNull(device.query({ type: "status" }).lastSyncedAt);
  });

  it("that is refused is asked for anew, and a good one goes on", async () => {
    const device = Device.open(configAt(urls.server()));
    const synced = sync(device);
    const first = await device.question("token");
    await device.answer(first, { kind: "token", token: "ended long ago" });
    const second = await device.question("token");
    assert.deepEqual(second.ask, { kind: "token", refresh: true });
    await device.answer(second, { kind: "token", token: tokenOf("fay") });
    assert.isNull(await synced);
  });

  each(
    [
      ["that is refused twice is UNAUTHORIZED", give("ended long ago")],
      ["that there is not, after one was refused, is UNAUTHORIZED", give(null)],
      [
        "that could not be fetched is UNAUTHORIZED",
        ({ kind }) => (kind === "token" ? { kind: "failed" } : null),
      ],
    ] as [string, Device["answering"]][],
    async (_name, answering) => {
      const device = Device.open(configAt(urls.server(), {}));
      device.answering = answering;
      const error = await failureOf(() => sync(device));
      assert.strictEqual(error.code, "UNAUTHORIZED");
      assert.isTrue(error.retryable);
      assert.strictEqual(device.query({ type: "status" }).error?.code, "UNAUTHORIZED");
    },
  );
}

/** Longer than anything here takes. */
const AMPLE_MS = 20_000;
/** The shortest there is. */
const SHORT_MS = 1_000;

const within = (device: Device, budgetMs: number): Promise<SyncReport> =>
  device.execute({ type: "syncWithin", budgetMs });

function defineBudgets(): void {
  it("is done when nothing is left that may go, and counts what went", async () => {
    const [gus, ida] = [openAs("gus"), openAs("ida")];
    await converse(gus, "dock", ["gus", "ida"]);
    await sync(gus);
    await gus.execute({ type: "setNetwork", network: { kind: "none" } });
    for (const body of ["one", "two"]) await send(gus, "dock", body);
    const offline = await within(gus, AMPLE_MS);
    assert.deepEqual(offline, { sent: 0, received: 0, left: 2, ended: "waiting" });
    await gus.execute({ type: "setNetwork", network: { kind: "other" } });
    assert.deepInclude(await within(gus, AMPLE_MS), { left: 0, ended: "done" });
    const { received, ...rest } = await within(ida, AMPLE_MS);
    assert.deepEqual(rest, { sent: 0, left: 0, ended: "done" });
    assert.isAtLeast(received, 3);
    assert.deepEqual(ida.bodies("messages"), ["one", "two"]);
  });

  it("is answered before it is over, whatever the server does", async () => {
    const device = openAs("ann", configAt(urls.silent()));
    await converse(device, "a", ["ann"]);
    const began = Date.now();
    const report = await within(device, SHORT_MS);
    assert.isBelow(Date.now() - began, SHORT_MS);
    assert.deepEqual(report, { sent: 0, received: 0, left: 1, ended: "budget" });
  });

  it("ends when the server wants a token that there is not", async () => {
    const device = Device.open(configAt(urls.server(), {}));
    device.answering = give("ended long ago");
    assert.strictEqual((await within(device, AMPLE_MS)).ended, "unauthorized");
  });

  it("ends when the engine is closed", async () => {
    const device = openAs("ann", configAt(urls.silent()));
    const report = within(device, AMPLE_MS);
    await device.status("a request on its way", ({ phase }) => phase === "pulling");
    await device.execute({ type: "close" });
    assert.deepEqual(await report, { sent: 0, received: 0, left: 0, ended: "stopped" });
  });

  it("has limits, and needs a backend", async () => {
    const device = openAs("ann");
    for (const budgetMs of [0, SHORT_MS - 1, 600_001, 1.5, -1]) {
      await assertFails("INVALID_ARGUMENT", () => within(device, budgetMs));
    }
    await assertFails("UNSUPPORTED", () => within(Device.open(), SHORT_MS));
  });
}

function defineBackground(): void {
  each(
    [
      ["opens, and opens again without a token", {}],
      ["opens, and opens again with a token", { keepToken: true }],
    ] as [string, BackgroundConfig][],
    async (_name, background) => {
      const config = { ...configAt(urls.server()), background };
      const first = openAs("jan", config);
      await sync(first);
      await first.close();
      const second = openAs("jan", config);
      await sync(second);
      await second.close();
      await sync(openAs("jan", { ...configAt(urls.server()), path: config.path }));
    },
  );

  it("is another config: the file is opened anew", async () => {
    const config = configAt(urls.server());
    const first = openAs("jan", config);
    const second = openAs("jan", { ...config, background: { keepToken: true } });
    assert.notStrictEqual(second.id, first.id);
    await sync(second);
  });

  it("is refused with a word that it does not have", async () => {
    const background = { keepPassword: true } as BackgroundConfig;
    await assertFails("INVALID_ARGUMENT", () => openAs("jan", { ...configOf(), background }));
  });
}

function defineFailures(): void {
  const cases: [string, () => string, string, ErrorCode][] = [
    ["that refuses the request as such is REJECTED", urls.server, "refused", "REJECTED"],
    ["that is busy is NETWORK", urls.server, "busy", "NETWORK"],
    ["that answers with a page for people is NETWORK", urls.server, "garbled", "NETWORK"],
    ["that ends every connection is NETWORK", urls.broken, "ann", "NETWORK"],
    ["that never answers is NETWORK when its time is up", urls.silent, "ann", "NETWORK"],
  ];
  each(cases, async (_name, url, user, code) => {
    const device = openAs(user, configAt(url(), { requestTimeoutMs: 200 }));
    await converse(device, "a", [user]);
    assert.strictEqual((await failureOf(() => sync(device))).code, code);
    assert.deepInclude(device.query({ type: "status" }), { pending: 1, failed: 0 });
  });

  it("that never answers keeps no engine from closing", async () => {
    const device = openAs("ann", configAt(urls.silent()));
    const synced = failureOf(() => sync(device));
    await device.status("a request on its way", ({ phase }) => phase === "pulling");
    await device.execute({ type: "close" });
    assert.strictEqual((await synced).code, "CLOSED");
  });
}
