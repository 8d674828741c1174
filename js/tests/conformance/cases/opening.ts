// `open`: the same engine or another one, migrations, and files that cannot be opened.

import { assert } from "chai";
import type { Config, Policy, Schema } from "../../../src/generated/waist";
import { assertFails, configOf, Device, failureOf, host, openRaw } from "../device";
import { newPath, preparedFile } from "../place";
import { LETTERS, NOTES } from "../schemas";
import { describe, each, it } from "../suite";

/** A schema in which notes have one more index: enough for a migration. */
const INDEXED = {
  collections: [{ ...NOTES, indexes: [["rank"], ["body", "rank"]] }],
} as unknown as Schema;
const notesOf = (notes: object): Schema => ({ collections: [{ ...NOTES, ...notes }] as never });
const reopen = (config: Config, schema: Schema): Device => Device.open({ ...config, schema });

export function defineOpening(): void {
  describe("opening", defineSame);
  describe("opening another time", defineAgain);
  describe("migrating", defineMigrating);
  describe("opening refuses", defineRefusals);
}

function defineSame(): void {
  it("answers an engine of the first generation, ready, for a new file", async () => {
    const device = Device.open();
    assert.include(device.opened, { generation: 1, state: "ready" });
    await device.note("a");
    assert.deepEqual(device.bodies(), ["a"]);
  });

  it("answers the same engine and generation for the same config", () => {
    const config = configOf();
    const { opened } = Device.open(config);
    assert.deepEqual(openRaw(config), opened);
    assert.deepEqual(openRaw(config), opened);
  });

  it("answers the same engine for a config whose keys stand in another order", () => {
    const config = configOf({ durability: "normal" });
    const { opened } = Device.open(config);
    const { durability, path, schema } = config;
    assert.deepEqual(JSON.parse(host.open(JSON.stringify({ durability, schema, path }))), opened);
  });

  it("answers the same engine for a config that writes a default out", () => {
    const config = configOf();
    const { opened } = Device.open(config);
    assert.deepEqual(openRaw({ ...config, durability: "full", policy: { maxRetries: 5 } }), opened);
  });

  it("knows a file by every spelling of its path", async () => {
    const config = configOf();
    await Device.open(config).note("kept");
    const path = config.path.replace(/\/([^/]+)$/u, "/./../cases/$1");
    assert.deepEqual(Device.open({ ...config, path }).bodies(), ["kept"]);
  });

  it("gives two files two engines that share nothing", async () => {
    const [one, other] = [Device.open(), Device.open()];
    assert.notStrictEqual(one.id, other.id);
    await Promise.all([one.note("here"), other.note("there")]);
    assert.deepEqual([one.bodies(), other.bodies()], [["here"], ["there"]]);
    await other.close();
    assert.deepEqual(one.bodies(), ["here"]);
  });

  it("takes a policy in which every number is set", () => {
    const policy = {
      maxRetries: 1,
      baseMs: 10,
      factor: 3,
      maxDelayMs: 1_000,
      maxRetryAfterMs: 2_000,
      batchEntries: 10,
      batchBytes: 2_048,
      pullLimit: 20,
      pullIntervalMs: 5_000,
      offlineProbeMs: 5_000,
      requestTimeoutMs: 200,
      questionTimeoutMs: 300,
      meteredPullLimit: 10,
      lowNetwork: "any",
      lowMaxAgeMs: 1_000,
      lowMaxBytes: 1_000,
      bulkNetwork: "unmetered",
      breakerFailures: 3,
      breakerOpenMs: 100,
      breakerMaxOpenMs: 200,
      retryBudgetPercent: 20,
      retryFloorMs: 100,
      edgeSpreadMs: 100,
      reconnectSpreadMs: 100,
      batchWindowMs: 1_000,
      scheduleMs: 60_000,
      serverFirstTimeoutMs: 1_000,
    } as const satisfies Required<Policy>;
    assert.strictEqual(Device.open(configOf({ policy })).opened.state, "ready");
  });
}

function defineAgain(): void {
  it("gives a closed file another engine, with what was written", async () => {
    const config = configOf();
    const first = Device.open(config);
    await first.note("kept");
    await first.close();
    const second = Device.open(config);
    assert.notStrictEqual(second.id, first.id);
    assert.include(second.opened, { generation: 1, state: "ready" });
    assert.deepEqual(second.bodies(), ["kept"]);
  });

  it("commits what waits before a config with another backend opens the file anew", async () => {
    const config = configOf();
    const first = Device.open(config);
    const writes = ["a", "b", "c"].map((body) => first.note(body));
    const second = Device.open({ ...config, backend: { kind: "javaScript" } });
    assert.deepEqual(second.bodies(), ["a", "b", "c"]);
    await Promise.all(writes);
    await assertFails("CLOSED", () => first.query({ type: "status" }));
  });

  it("finds what a killed process had committed", () => {
    const device = Device.open(configOf({ path: preparedFile("killed") }));
    assert.lengthOf(device.bodies(), 20);
    assert.strictEqual(device.query({ type: "status" }).pending, 20);
  });
}

function defineMigrating(): void {
  it("adds a column, and tells when the file is open", async () => {
    const config = configOf();
    const before = Device.open(config);
    const id = await before.note("old");
    const columns = [...NOTES.columns, { name: "colour", type: "text", optional: true }];
    const device = reopen(config, notesOf({ columns }));
    assert.strictEqual(device.opened.state, "opening");
    await device.event("opened");
    const record = device.query({ type: "record", collection: "notes", id });
    assert.deepInclude(record, { body: "old", colour: null });
    await device.note("new", { colour: "red" });
    assert.deepEqual(device.bodies(), ["old", "new"]);
  });

  it("adds a collection beside one with rows", async () => {
    const config = configOf({ schema: { collections: [NOTES] as never } });
    await Device.open(config).note("old");
    const device = reopen(config, { collections: [NOTES, LETTERS] as never });
    await device.event("opened");
    const values = { island: "north", body: "letter" };
    await device.execute({ type: "create", collection: "letters", values });
    assert.deepEqual([device.bodies(), device.bodies("letters")], [["old"], ["letter"]]);
  });

  it("keeps the rows of a collection that a schema leaves out for a later one", async () => {
    const config = configOf();
    await Device.open(config).note("kept");
    const without = reopen(config, { collections: [LETTERS] as never });
    await without.event("opened");
    await assertFails("INVALID_ARGUMENT", () => without.bodies());
    const again = reopen(config, config.schema);
    await again.event("opened");
    assert.deepEqual(again.bodies(), ["kept"]);
  });

  it("is SUSPENDED for reads until it is done, and then has every row", async () => {
    const device = Device.open({ path: preparedFile("migrated"), schema: INDEXED });
    assert.strictEqual(device.opened.state, "opening");
    const window = { collection: "notes", limit: 1 };
    // Both are called in this task.
    const [refused] = await Promise.all([
      assertFails("SUSPENDED", () => device.query({ type: "window", window })),
      assertFails("SUSPENDED", () => device.watch(window)),
    ]);
    assert.isTrue(refused.retryable);
    await device.event("opened");
    const last = { ...window, orderBy: { column: "rank", descending: true } };
    const { rows } = device.query({ type: "window", window: last });
    assert.deepInclude(rows[0], { rank: 14_999, body: "note 14999" });
  });

  it("answers what needs no file while it is at work", async () => {
    const device = Device.open({ path: preparedFile("asked"), schema: INDEXED });
    assert.include(device.query({ type: "status" }), { pending: 0, failed: 0, error: null });
    assert.include(device.query({ type: "counters" }), { watches: 0, questions: 0 });
    await device.event("opened");
    await device.status("the entries of the file", ({ pending }) => pending === 15_000);
  });

  it("runs commands that came meanwhile when it is done", async () => {
    const device = Device.open({ path: preparedFile("waited"), schema: INDEXED });
    assert.strictEqual(device.opened.state, "opening");
    const id = await device.note("meanwhile");
    assert.strictEqual(
      device.query({ type: "record", collection: "notes", id })?.["body"],
      "meanwhile",
    );
    assert.include(
      device
        .drain()
        .concat(device.events)
        .map(({ type }) => type),
      "opened",
    );
  });

  it("answers the same engine, still opening, to who opens it meanwhile", async () => {
    const config = { path: preparedFile("joined"), schema: INDEXED };
    const device = Device.open(config);
    assert.deepEqual(openRaw(config), { ...device.opened, state: "opening" });
    await device.event("opened");
    assert.deepEqual(openRaw(config), { ...device.opened, state: "ready" });
  });

  it("that fails says why, to the event and to every command that waits", async () => {
    const columns = [{ name: "body", type: "integer" }];
    const path = preparedFile("retyped");
    const device = Device.open({ path, schema: notesOf({ columns }) });
    const waiting = failureOf(() => device.settle());
    const { error } = await device.event("openFailed");
    assert.strictEqual(error.code, "INVALID_ARGUMENT");
    assert.include(error.message, "notes.body");
    assert.strictEqual((await waiting).code, "INVALID_ARGUMENT");
    await assertFails("INVALID_ARGUMENT", () => device.bodies());
    const again = Device.open({ path, schema: { collections: [NOTES] as never } });
    assert.lengthOf(again.bodies(), 500);
  });
}

function defineRefusals(): void {
  const config = (different: object) => (): object => configOf(different);
  const file = (name: string) => (): object => configOf({ path: preparedFile(name) });
  const schema = (...collections: object[]) => config({ schema: { collections } });
  const column = (different: object) =>
    schema({ name: "notes", columns: [{ name: "body", type: "text", ...different }] });
  const rest = (baseUrl: string) => config({ backend: { kind: "rest", baseUrl } });
  const without = (key: keyof Config) => (): object => ({ ...configOf(), [key]: undefined });

  each(
    [
      ["a file that is no database", file("diary"), "CORRUPT"],
      ["a file that is too short for a header", file("short"), "CORRUPT"],
      ["a database of another program", file("foreign"), "CORRUPT"],
      ["a database whose pages are damaged", file("torn"), "CORRUPT"],
      ["a database of a newer version", file("newer"), "NEWER_VERSION"],
      ["a database that another process has open", file("locked"), "LOCKED"],
      ["a folder that does not exist", () => configOf({ path: `${newPath()}/nowhere/a.db` })],
      ["a folder in place of a file", () => configOf({ path: newPath().replace(/[^/]+$/u, "") })],
      ["an empty path", config({ path: "" })],
      ["a path that is no text", config({ path: 7 })],
      ["a config without a path", without("path")],
      ["a config without a schema", without("schema")],
      ["a config with a field that it does not know", config({ colour: "red" })],
      ["a schema without collections", schema()],
      ["a collection with a bad name", schema({ name: "drop table", columns: [] })],
      ["a collection that is there twice", schema(NOTES, NOTES)],
      ["a column that every record has", column({ name: "id" })],
      [
        "a column that is there twice",
        schema({ ...NOTES, columns: [NOTES.columns[0], NOTES.columns[0]] }),
      ],
      ["a column of an unknown type", column({ type: "blob" })],
      ["a column without room", column({ maxBytes: 0 })],
      ["a column with too much room", column({ maxBytes: 1024 * 1024 + 1 })],
      ["an index on a column that is not there", schema({ ...NOTES, indexes: [["colour"]] })],
      ["a lane column that is not there", schema({ ...NOTES, laneColumn: "colour" })],
      ["a lane column that is no text", schema({ ...NOTES, laneColumn: "rank" })],
      ["a policy out of range", config({ policy: { baseMs: 0 } })],
      ["a policy of another type", config({ policy: { maxRetries: "five" } })],
      ["a durability that is none", config({ durability: "none" })],
      ["a backend of an unknown kind", config({ backend: { kind: "pigeon" } })],
      ["an address without TLS", rest("http://api.example.com/sync")],
      ["an address that is none", rest("over there")],
    ] as [string, () => object, ("CORRUPT" | "NEWER_VERSION" | "LOCKED")?][],
    async (_name, make, code = "INVALID_ARGUMENT" as never) => {
      const text = JSON.stringify(make());
      const error = await assertFails(code, () => host.open(text));
      assert.strictEqual(error.retryable, code === "LOCKED");
      await assertFails(code, () => host.open(text));
    },
  );

  it("allows an address without TLS for development, and this device's own", () => {
    const insecure = {
      kind: "rest",
      baseUrl: "http://api.example.com",
      allowInsecure: true,
    } as const;
    assert.strictEqual(Device.open(configOf({ backend: insecure })).opened.state, "ready");
    const loopback = { kind: "rest", baseUrl: "http://localhost:1" } as const;
    assert.strictEqual(Device.open(configOf({ backend: loopback })).opened.state, "ready");
  });

  it("with INTERNAL a file whose tables are not what its version promises", async () => {
    const device = Device.open(configOf({ path: preparedFile("altered") }));
    const error = await assertFails("INTERNAL", () => device.query({ type: "outbox", limit: 1 }));
    assert.isFalse(error.retryable);
    assert.isString(error.cause);
  });
}
