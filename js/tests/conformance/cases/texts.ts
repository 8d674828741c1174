// Texts of every kind, in every place where a text can stand: there and back, unchanged.

import { assert } from "chai";
import { openAsked, pushed } from "../asked";
import { assertFails, Device, host } from "../device";
import { MEGABYTE } from "../schemas";
import { describe, each, it } from "../suite";

/** As `[name, text]`; names are plain, so that every console prints them the same. */
const TEXTS: [string, string][] = [
  ["of plain letters", "The lamp is in the shed."],
  ["of one space", " "],
  ["with accents", "Ans\u00e9, \u0141\u00f3d\u017a, \u00d8rsta"],
  ["with combining marks", "e\u0301 o\u0308\u0304 \u1112\u1161\u11ab"],
  ["of Chinese and Japanese", "\u706f\u53f0\u306b\u660e\u304b\u308a\u304c"],
  ["from right to left", "\u05e1\u05b4\u05d9\u05e8\u05b8\u05d4 \u0642\u0627\u0631\u0628"],
  ["with marks of direction", "\u202eback\u202c \u2067to\u2069 front\u200f"],
  ["with a surrogate pair", "a \u{1f6a3} b"],
  ["with a joined family", "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}"],
  ["with a flag and a skin tone", "\u{1f1eb}\u{1f1f4} \u{1f44b}\u{1f3fd}"],
  ["with the last character there is", "\u{10ffff}\uffff\ufffe"],
  ["with the character for what is no character", "\ufffd and \ufffd\u{1f6a3}\ufffd"],
  ["with a NUL in it", "before\0after"],
  ["of nothing but NULs", "\0\0\0"],
  ["with control characters", "\u0001\u0008\t\n\u000b\r\u001b[31m\u007f\u0085"],
  ["with ends of lines of all kinds", "a\nb\r\nc\rd\u2028e\u2029f"],
  ["with a byte order mark", "\ufeffa\ufeff"],
  ["with quotes and backslashes", '"\\" \\u0041 \'` ${x} %s </script>'],
  ["that looks like JSON", '{"type":"close","values":[null]}'],
  ["that looks like SQL", "'; DROP TABLE notes; -- ? :a @b"],
  ["with the name of a property of objects", "__proto__ constructor toString"],
];

/** Long ones have a column of their own size, and are no ids. */
const LONG_TEXTS: [string, string][] = [
  ["of a megabyte of letters", "x".repeat(MEGABYTE)],
  ["of a megabyte of surrogate pairs", "\u{1f6a3}".repeat(MEGABYTE / 4)],
  ["of a megabyte of three-byte characters", "\u706f".repeat(Math.floor(MEGABYTE / 3))],
  ["of a megabyte of NULs", "\0".repeat(MEGABYTE)],
  ["that ends a short buffer in the middle of a character", `${"x".repeat(1_021)}\u{1f6a3}`],
];

/** Half of a pair, where and as it may stand in a text. */
const HALVES: [string, string][] = [
  ["a high half alone", "\ud83d"],
  ["a low half alone", "\udea3"],
  ["a high half at the end", "boat \ud83d"],
  ["a low half at the start", "\udea3 boat"],
  ["two halves in the wrong order", "\udea3\ud83d"],
  ["a high half before a pair", "\ud83d\u{1f6a3}"],
];

const ALL = { collection: "notes", limit: 5 } as const;

export function defineTexts(): void {
  describe("a text", () => {
    each([...TEXTS, ...LONG_TEXTS], thereAndBack);
  });
  describe("a name", () => {
    each(TEXTS, async (_name, text) => {
      await asId(text);
      await asLane(text);
      await insideJson(text);
    });
  });
  describe("a broken text", defineBroken);
}

/** By query, by watch, by patch, as a filter and to the backend. */
async function thereAndBack(_name: string, text: string): Promise<void> {
  const device = await openAsked();
  device.watch(ALL);
  const id = await device.note(text);
  device.drain();
  const [op] = device.patches()[0]?.ops ?? [];
  const byFilter = { ...ALL, where: { body: text } };
  const rows = [
    op !== undefined && "row" in op ? op.row : null,
    device.query({ type: "record", collection: "notes", id }),
    device.watch(ALL).rows[0],
    device.query({ type: "window", window: byFilter }).rows[0],
  ];
  for (const row of rows) assertSame(row?.["body"], text);
  const { entries } = await pushed(device);
  assertSame(entries[0]?.values["body"], text);
}

async function asId(id: string): Promise<void> {
  const device = Device.open();
  const values = { body: "a" };
  const written = await device.execute({ type: "create", collection: "notes", id, values });
  assertSame(written.id, id);
  await device.execute({ type: "update", collection: "notes", id, values: { body: "b" } });
  const record = device.query({ type: "record", collection: "notes", id });
  assertSame(record?.id, id);
  assert.strictEqual(record?.["body"], "b");
  assertSame(device.query({ type: "outbox", limit: 5 }).entries[0]?.recordId, id);
  assert.isNull(device.query({ type: "record", collection: "notes", id: `${id}x` }));
  await device.execute({ type: "delete", collection: "notes", id });
  assert.deepEqual(device.bodies(), []);
}

async function asLane(island: string): Promise<void> {
  const device = await openAsked();
  const lane = { collection: "letters", where: { island }, limit: 5 };
  const { watch } = device.watch(lane);
  for (const to of [island, `${island}x`]) {
    const values = { island: to, body: "a" };
    await device.execute({ type: "create", collection: "letters", values });
  }
  device.drain();
  const ops = device.patches().flatMap((patch) => (patch.watch === watch ? patch.ops : []));
  for (const op of ops) if ("row" in op) assertSame(op.row["island"], island);
  assert.lengthOf(device.query({ type: "window", window: lane }).rows, 1);
  assertSame(device.query({ type: "outbox", limit: 5 }).entries[0]?.lane, island);
  const { entries } = await pushed(device);
  assertSame(entries[0]?.lane, island);
}

async function insideJson(text: string): Promise<void> {
  const device = Device.open();
  const extra = { [text]: text, list: [text, { [text]: [text] }] };
  const id = await device.note("a", { extra });
  assert.deepEqual(device.query({ type: "record", collection: "notes", id })?.["extra"], extra);
}

/** A difference of long texts would fill the screen. */
function assertSame(found: unknown, text: string): void {
  if (found === text) return;
  const length = typeof found === "string" ? found.length : "no text";
  assert.fail(`It came back as another text: ${length} units in place of ${text.length}.`);
}

function defineBroken(): void {
  each(HALVES, async (_name, half) => {
    const device = Device.open();
    await assertFails("INVALID_ARGUMENT", () => device.note(half));
    await assertFails("INVALID_ARGUMENT", () => device.note("a", { extra: [{ [half]: 1 }] }));
    const record = { collection: "notes", id: half, values: { body: "a" } };
    await assertFails("INVALID_ARGUMENT", () => device.execute({ type: "create", ...record }));
    const query = { type: "record", collection: "notes", id: half } as const;
    await assertFails("INVALID_ARGUMENT", () => device.query(query));
    await assertFails("INVALID_ARGUMENT", () => device.watch({ ...ALL, where: { body: half } }));
    assert.deepEqual(device.bodies(), []);
  });

  each(
    [
      ["a newline that is not escaped", '{"body":"a\nb"}'],
      ["a NUL that is not escaped", '{"body":"a\0b"}'],
      ["an escape that there is not", '{"body":"\\x41"}'],
      ["an escape that is cut off", '{"body":"\\u00"}'],
      ["quotes that JSON does not know", "{'body':'a'}"],
    ],
    async (_name, values) => {
      const device = Device.open();
      const command = `{"type":"create","collection":"notes","values":${values}}`;
      await assertFails("INVALID_ARGUMENT", () => host.execute(device.id, command));
      assert.deepEqual(device.bodies(), []);
    },
  );

  it("may escape every character and is the same text", async () => {
    const device = Device.open();
    const values = '{"b\\u006fdy":"\\ud83d\\udea3\\u0000\\/\\u00e9"}';
    await host.execute(device.id, `{"type":"create","collection":"notes","values":${values}}`);
    assert.deepEqual(device.bodies(), ["\u{1f6a3}\0/\u00e9"]);
  });
}
