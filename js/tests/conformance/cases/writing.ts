// `execute`: writes, what they answer, and what they refuse.

import { assert } from "chai";
import { toMailboatError } from "../../../src/error";
import type { BatchWrite } from "../../../src/generated/waist";
import { assertFails, configOf, Device, host } from "../device";
import { MEGABYTE } from "../schemas";
import { describe, each, it } from "../suite";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;
const NO_ENTRY = "00000000-0000-7000-8000-000000000000";

export function defineWriting(): void {
  describe("a write", defineWrites);
  describe("a group of writes", defineGroups);
  describe("a command", defineOthers);
  describe("a command refuses", defineRefusals);
}

function defineWrites(): void {
  it("that creates makes a UUIDv7 where no id is given, and answers its outbox entry", async () => {
    const device = Device.open();
    const values = { body: "a" };
    const written = await device.execute({ type: "create", collection: "notes", values });
    assert.match(written.id, UUID_V7);
    assert.match(written.entry ?? "", UUID_V7);
    const { entries } = device.query({ type: "outbox", limit: 5 });
    assert.deepEqual(
      entries.map(({ id }) => id),
      [written.entry],
    );
  });

  it("that creates takes the id that is given", async () => {
    const device = Device.open();
    const command = {
      type: "create",
      collection: "notes",
      id: "mine",
      values: { body: "a" },
    } as const;
    assert.strictEqual((await device.execute(command)).id, "mine");
    const error = await assertFails("CONFLICT", () => device.execute(command));
    assert.isFalse(error.retryable);
    assert.deepEqual(device.bodies(), ["a"]);
  });

  it("that updates changes the columns it names and no other", async () => {
    const device = Device.open();
    const id = await device.note("a", { rank: 1, done: true });
    const values = { rank: 2, done: null };
    await device.execute({ type: "update", collection: "notes", id, values });
    const record = device.query({ type: "record", collection: "notes", id });
    assert.deepInclude(record, { body: "a", rank: 2, done: null });
  });

  it("that deletes takes the record away, and its id cannot be updated any more", async () => {
    const device = Device.open();
    const id = await device.note("a");
    await device.execute({ type: "delete", collection: "notes", id });
    assert.isNull(device.query({ type: "record", collection: "notes", id }));
    const again = { type: "update", collection: "notes", id, values: { body: "b" } } as const;
    await assertFails("INVALID_ARGUMENT", () => device.execute(again));
  });

  it("fits exactly into the room of its column", async () => {
    const device = Device.open();
    const body = "x".repeat(64 * 1024);
    const letter = (text: string) =>
      device.execute({
        type: "create",
        collection: "letters",
        values: { island: "n", body: text },
      });
    await letter(body);
    await assertFails("INVALID_ARGUMENT", () => letter(`${body}x`));
    assert.deepEqual(device.bodies("letters"), [body]);
  });

  it("is measured in bytes of UTF-8", async () => {
    const device = Device.open();
    const fits = "\u00e9".repeat(MEGABYTE / 2);
    await device.note(fits);
    await assertFails("INVALID_ARGUMENT", () => device.note(`${fits}x`));
  });
}

function defineGroups(): void {
  it("of a thousand at once is written in the order of the calls", async () => {
    const device = Device.open();
    const bodies = Array.from({ length: 1_000 }, (_, at) => `note ${at}`);
    await Promise.all(bodies.map((body) => device.note(body)));
    const { entries } = device.query({ type: "outbox", after: 500, limit: 500 });
    assert.strictEqual(entries[499]?.sequence, 1_000);
    assert.deepEqual(device.bodies(), bodies.slice(0, 500));
  });

  it("keeps the others when one is refused", async () => {
    const device = Device.open();
    const writes = [
      device.note("a"),
      device.note("refused", { rank: "three" }),
      device.note("b"),
      device.execute({ type: "delete", collection: "notes", id: "nobody" }),
      device.note("c"),
    ];
    const settled = await Promise.all(
      writes.map((write) =>
        Promise.resolve(write).then(
          () => "stored",
          () => "refused",
        ),
      ),
    );
    assert.deepEqual(settled, ["stored", "refused", "stored", "refused", "stored"]);
    assert.deepEqual(device.bodies(), ["a", "b", "c"]);
  });

  it("may build on each other without waiting", async () => {
    const device = Device.open();
    const record = { collection: "notes", id: "one" };
    await Promise.all([
      device.execute({ type: "create", ...record, values: { body: "a" } }),
      device.execute({ type: "update", ...record, values: { body: "b" } }),
      device.execute({ type: "update", ...record, values: { rank: 7 } }),
    ]);
    assert.deepInclude(device.query({ type: "record", ...record }), { body: "b", rank: 7 });
  });
}

function defineOthers(): void {
  it("takes several writes at once, changes one that waits, and takes another one back", async () => {
    const device = Device.open();
    const write = (body: string): BatchWrite => ({
      operation: "create",
      collection: "notes",
      id: body,
      values: { body },
    });
    const { results } = await device.execute({
      type: "batch",
      writes: ["a", "b"].map(write),
    });
    assert.lengthOf(results, 2);
    const { entries } = device.query({ type: "outbox", limit: 5 });
    const [first, second] = entries.map(({ id }) => id);
    const values = { body: "changed" };
    const edited = await device.execute({ type: "edit", entry: first ?? "", values });
    assert.strictEqual(edited, first);
    assert.isNull(await device.execute({ type: "cancel", entry: second ?? "" }));
    assert.deepEqual(device.bodies(), ["changed"]);
    assert.strictEqual(await device.execute({ type: "retryAll" }), 0);
  });

  it("takes every word of the platform on the network", async () => {
    const device = Device.open();
    for (const kind of ["none", "wifi", "cellular", "ethernet", "other", "unknown"] as const) {
      for (const said of [{}, { metered: true, validated: true }, { metered: false }]) {
        assert.isNull(await device.execute({ type: "setNetwork", network: { kind, ...said } }));
        const { network, online } = device.query({ type: "status" });
        assert.strictEqual(online, kind !== "none");
        assert.deepInclude(network, { kind, metered: said.metered ?? kind === "cellular" });
      }
    }
  });

  it("takes every word of the platform on power", async () => {
    const device = Device.open();
    for (const power of ["unknown", "charging", "battery", "low"] as const) {
      assert.isNull(await device.execute({ type: "setPower", power }));
    }
  });

  it("takes both states of the app", async () => {
    const device = Device.open();
    for (const state of ["background", "foreground"] as const) {
      assert.isNull(await device.execute({ type: "setAppState", state }));
    }
  });

  it("that answers a question nobody asked changes nothing", async () => {
    const device = Device.open();
    const answer = { kind: "token", token: "late" } as const;
    assert.isNull(await device.execute({ type: "answer", question: 99, answer }));
  });

  it("to close commits what came before it", async () => {
    const config = configOf();
    const device = Device.open(config);
    const written = [device.note("a"), device.note("b")];
    assert.isNull(await device.execute({ type: "close" }));
    await Promise.all(written);
    assert.deepEqual(Device.open(config).bodies(), ["a", "b"]);
  });

  it("behind one to close is stored or CLOSED, and is there exactly if it was answered", async () => {
    const config = configOf();
    const device = Device.open(config);
    const closed = device.execute({ type: "close" });
    const late = await device.note("late").then(
      () => ["late"],
      (error: unknown) => [toMailboatError(error).code],
    );
    await closed;
    const found = Device.open(config).bodies();
    assert.deepEqual(found, late[0] === "CLOSED" ? [] : late);
  });

  it("after one to close is CLOSED, as every other call", async () => {
    const device = Device.open();
    await device.execute({ type: "close" });
    await assertFails("CLOSED", () => device.bodies());
    await assertFails("CLOSED", () => device.watch({ collection: "notes", limit: 1 }));
    await assertFails("CLOSED", () => device.note("late"));
    await assertFails("CLOSED", () => device.execute({ type: "close" }));
    device.unwatch(1);
  });

  it("of an engine that nobody opened is CLOSED, as every other call", async () => {
    const nobody = 4_000_000_000;
    await assertFails("CLOSED", () => host.query(nobody, '{"type":"status"}'));
    await assertFails("CLOSED", () => host.watch(nobody, '{"collection":"notes","limit":1}'));
    await assertFails("CLOSED", () => host.execute(nobody, '{"type":"close"}'));
    await assertFails("CLOSED", () => host.drain(nobody));
    host.unwatch(nobody, 1);
  });
}

function defineRefusals(): void {
  const create = (values: object, more: object = {}): object => ({
    type: "create",
    collection: "notes",
    values: { body: "x", ...values },
    ...more,
  });
  const cases: [string, unknown, "UNSUPPORTED"?][] = [
    ["an unknown collection", create({}, { collection: "boats" })],
    ["an unknown column", create({ colour: "red" })],
    ["a missing column", create({ body: undefined })],
    ["null in a column that is not optional", create({ body: null })],
    ["a number for a text", create({ body: 7 })],
    ["a text for an integer", create({ rank: "7" })],
    ["a text for a real number", create({ size: "7" })],
    ["a number for a boolean", create({ done: 1 })],
    ["an object for a text", create({ body: {} })],
    ["an empty id", create({}, { id: "" })],
    ["an id of 129 bytes", create({}, { id: "i".repeat(129) })],
    ["an id that is a number", create({}, { id: 7 })],
    ["values that are an array", create({}, { values: [] })],
    ["an update of nothing", { type: "update", collection: "notes", id: "a", values: {} }],
    [
      "an update of an unknown record",
      { type: "update", collection: "notes", id: "a", values: { rank: 1 } },
    ],
    ["a delete of an unknown record", { type: "delete", collection: "notes", id: "nobody" }],
    ["a retry of an unknown entry", { type: "retry", entry: NO_ENTRY }],
    ["a discard of an unknown entry", { type: "discard", entry: NO_ENTRY }],
    ["a retry of what is no entry", { type: "retry", entry: "nobody" }],
    ["an unknown network", { type: "setNetwork", network: { kind: "carrier pigeon" } }],
    ["an unknown word on power", { type: "setPower", power: "steam" }],
    ["a question why about what is no entry", { type: "why", entry: "nobody" }],
    ["an unknown state of the app", { type: "setAppState", state: "asleep" }],
    ["an answer of an unknown kind", { type: "answer", question: 1, answer: { kind: "maybe" } }],
    ["a field that it does not know", { type: "delete", collection: "notes", id: "a", now: true }],
    ["an unknown type", { type: "explode" }],
    ["a sync without a backend", { type: "sync" }, "UNSUPPORTED"],
    [
      "older records without a backend",
      { type: "loadOlder", collection: "letters", lane: "north", limit: 5 },
      "UNSUPPORTED",
    ],
  ];
  each(cases, async (_name, command, code = "INVALID_ARGUMENT" as never) => {
    const device = Device.open();
    await assertFails(code, () => host.execute(device.id, JSON.stringify(command)));
    assert.deepEqual(device.bodies(), []);
    assert.strictEqual(device.query({ type: "status" }).pending, 0);
  });

  each(
    [
      ["no text at all", ""],
      ["text that is cut off", '{"type":"sy'],
      ["two commands", '{"type":"sync"}{"type":"sync"}'],
      ["a comment", '{"type":"sync"} // now'],
      ["a field that is there twice", '{"type":"delete","collection":"notes","id":"a","id":"b"}'],
      ["a NUL behind the text", '{"type":"sync"}\0'],
    ],
    async (_name, text) => {
      const device = Device.open();
      await assertFails("INVALID_ARGUMENT", () => host.execute(device.id, text));
    },
  );
}
