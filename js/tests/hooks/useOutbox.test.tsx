// What waits and what was refused, on a screen and in a person's hands.

import { act, renderHook, waitFor } from "@testing-library/react-native";
import {
  MailboatProvider,
  useMessages,
  useOutbox,
  useRows,
  type BatchResult,
  type Collections,
  type Mailboat,
  type OutboxEntry,
} from "react-native-mailboat";
import { TEST_POLICY, createTestMailboat, type TestMailboat } from "react-native-mailboat/testing";
import { delivered, during, newConversation, openDevice } from "./setting";

const REFUSED = { on: "push", kind: "entry", outcome: "rejected" } as const;
/** Longer than any test. */
const LATER_MS = 600_000;

function mount<C extends Collections, T>(
  mailboat: Mailboat<C>,
  hook: () => T,
): { readonly current: T } {
  return renderHook(hook, {
    wrapper: ({ children }) => <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>,
  }).result;
}

/** A device with a conversation that the server knows. */
async function deviceWithConversation(): Promise<{ device: TestMailboat; c1: string }> {
  const device = await openDevice({ policy: { ...TEST_POLICY, batchWindowMs: LATER_MS } });
  const c1 = await newConversation(device.mailboat);
  await delivered(device.mailboat);
  return { device, c1 };
}

/** A dead letter, and the screens of its conversation and of the outbox. */
async function withRefused(bodies: string[]) {
  const { c1, device } = await deviceWithConversation();
  const { mailboat } = device;
  const outbox = mount(mailboat, () => useOutbox());
  const chat = mount(mailboat, () => useMessages(c1));
  await device.server.faults([{ ...REFUSED, times: bodies.length }]);
  for (const body of bodies) await during(() => mailboat.sendMessage(c1, body));
  await waitFor(() => {
    expect(outbox.current).toMatchObject({ failed: bodies.length, pending: 0 });
  });
  return { device, c1, outbox, chat };
}

const first = ({ entries }: { readonly entries: readonly OutboxEntry[] }): OutboxEntry => {
  const [entry] = entries;
  if (entry === undefined) throw new Error("The outbox is empty.");
  return entry;
};

describe("useOutbox", () => {
  it("is empty, and shows what waits by the time its write resolves", async () => {
    const { c1, device } = await deviceWithConversation();
    await device.goOffline();
    const outbox = mount(device.mailboat, () => useOutbox());
    expect(outbox.current).toMatchObject({ entries: [], more: false, pending: 0, failed: 0 });
    const { entry, id } = await during(() => device.mailboat.sendMessage(c1, "Ahoy"));
    expect(outbox.current).toMatchObject({ pending: 1, failed: 0, error: null });
    expect(outbox.current.entries).toMatchObject([
      { id: entry, recordId: id, collection: "messages", operation: "create", attempted: false },
    ]);
    await during(() => device.goOnline());
    await waitFor(() => {
      expect(outbox.current).toMatchObject({ entries: [], pending: 0 });
    });
  });

  it("says that the engine is closed, rather than that nothing waits", async () => {
    const { c1, device } = await deviceWithConversation();
    await device.goOffline();
    await device.mailboat.sendMessage(c1, "Ahoy");
    await device.mailboat.close();
    const outbox = mount(device.mailboat, () => useOutbox());
    expect(outbox.current.error).toMatchObject({ code: "CLOSED" });
  });

  it("shows a refused message, which a person edits and sends again", async () => {
    const { chat, device, outbox } = await withRefused(["We leave at hihg tide."]);
    const refused = first(outbox.current);
    expect(refused).toMatchObject({ failed: true, attempts: 1, reason: { code: "fault" } });
    const why = await outbox.current.why(refused.id);
    expect(why.state).toBe("deadLetter");
    const edited = await during(() =>
      outbox.current.edit(refused.id, { body: "We leave at high tide." }),
    );
    // The server may have the old one under its id, so the change travels under another.
    expect(edited).not.toBe(refused.id);
    await waitFor(() => {
      expect(outbox.current).toMatchObject({ entries: [], failed: 0, pending: 0 });
    });
    expect(chat.current.messages).toMatchObject([
      { body: "We leave at high tide.", delivery: "sent" },
    ]);
    expect((await device.server.effects()).map(({ entryId }) => entryId)).toContain(edited);
  });

  it("sends everything again that was refused", async () => {
    const { chat, device, outbox } = await withRefused(["1", "2", "3"]);
    expect(await during(() => outbox.current.retryAll())).toBe(3);
    await waitFor(() => {
      expect(outbox.current).toMatchObject({ entries: [], failed: 0 });
    });
    expect(chat.current.messages.map(({ delivery }) => delivery)).toEqual(Array(3).fill("sent"));
    expect(await device.server.state()).toMatchObject({ repeatedEffects: 0 });
  });

  it("sends one again under its id, and drops another", async () => {
    const { chat, device, outbox } = await withRefused(["1", "2"]);
    const [one, two] = outbox.current.entries;
    await during(() => outbox.current.discard(two?.id ?? ""));
    expect(outbox.current.entries).toMatchObject([{ id: one?.id, failed: true }]);
    expect(chat.current.messages.map(({ body }) => body)).toEqual(["1"]);
    await during(() => outbox.current.retry(one?.id ?? ""));
    await waitFor(() => {
      expect(outbox.current.entries).toEqual([]);
    });
    expect((await device.server.effects()).map(({ entryId }) => entryId)).toContain(one?.id);
  });

  it("takes back what has not left; what has is CONFLICT", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    const outbox = mount(mailboat, () => useOutbox());
    const chat = mount(mailboat, () => useMessages(c1));
    await device.goOffline();
    const unsent = await during(() => mailboat.sendMessage(c1, "never mind"));
    await during(() => outbox.current.cancel(unsent.entry ?? ""));
    expect(outbox.current).toMatchObject({ entries: [], pending: 0 });
    expect(chat.current.messages).toEqual([]);

    await device.server.faults([
      { on: "push", kind: "entry", outcome: "retry", afterMs: LATER_MS },
    ]);
    await during(() => device.goOnline());
    const sent = await during(() => mailboat.sendMessage(c1, "on its way"));
    await waitFor(() => {
      expect(outbox.current.entries).toMatchObject([{ attempted: true, attempts: 1 }]);
    });
    await expect(outbox.current.cancel(sent.entry ?? "")).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect((await outbox.current.why(sent.entry ?? "")).state).toBe("retry");
  });

  it("sees one entry go and another come in one turn, though the counts stay", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    await device.goOffline();
    const before = await mailboat.sendMessage(c1, "1");
    const outbox = mount(mailboat, () => useOutbox());
    const [, after] = await during(() =>
      Promise.all([outbox.current.cancel(before.entry ?? ""), mailboat.sendMessage(c1, "2")]),
    );
    expect(outbox.current.entries.map(({ id }) => id)).toEqual([after.entry]);
  });

  it("keeps the identity of entries that have not changed, and of its functions", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    await device.goOffline();
    await mailboat.sendMessage(c1, "1");
    let renders = 0;
    const outbox = mount(mailboat, () => {
      renders += 1;
      return useOutbox();
    });
    const before = outbox.current;
    await during(() => mailboat.sendMessage(c1, "2"));
    expect(outbox.current.entries).toHaveLength(2);
    expect(outbox.current.entries[0]).toBe(before.entries[0]);
    expect(outbox.current.retry).toBe(before.retry);
    expect(renders).toBe(2);
    // The status changes, no entry does: nothing renders.
    const status = mailboat.status.getSnapshot();
    await during(() => mailboat.setNetwork({ kind: "none", metered: true }));
    expect(mailboat.status.getSnapshot()).not.toBe(status);
    expect(renders).toBe(2);
  });

  it("shows a page, and one more on request", async () => {
    const { c1, device } = await deviceWithConversation();
    await device.goOffline();
    for (const body of ["1", "2", "3"]) await device.mailboat.sendMessage(c1, body);
    const outbox = mount(device.mailboat, () => useOutbox({ limit: 2 }));
    expect(outbox.current).toMatchObject({ more: true, pending: 3 });
    expect(outbox.current.entries).toHaveLength(2);
    const [oldest] = outbox.current.entries;
    act(outbox.current.loadMore);
    expect(outbox.current.more).toBe(false);
    expect(outbox.current.entries).toHaveLength(3);
    expect(outbox.current.entries[0]).toBe(oldest);
  });

  it("says so when the engine is closed, and keeps what it showed", async () => {
    const { c1, device } = await deviceWithConversation();
    await device.goOffline();
    await device.mailboat.sendMessage(c1, "1");
    const { mailboat } = device;
    const outbox = mount(mailboat, () => useOutbox());
    await during(() => mailboat.close());
    expect(outbox.current.entries).toHaveLength(1);
    expect(outbox.current.error?.code).toBe("CLOSED");
    await expect(outbox.current.retryAll()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("a write", () => {
  it("that is serverFirst resolves once the server has it", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    const written = await mailboat.sendMessage(c1, "Ahoy", { write: "serverFirst" });
    expect(written.acked).toBe(true);
    expect((await device.server.effects()).map(({ entryId }) => entryId)).toContain(written.entry);
    expect(mailboat.record("messages", written.id)?.delivery).toBe("sent");
  });

  it("that is serverFirst falls back to the outbox while offline", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    await device.goOffline();
    const written = await mailboat.sendMessage(c1, "Ahoy", { write: "serverFirst" });
    expect(written.acked).toBe(false);
    expect(mailboat.outbox.page().entries).toMatchObject([{ id: written.entry, failed: false }]);
    await device.goOnline();
    await delivered(mailboat);
    expect(await device.server.state()).toMatchObject({ records: { messages: 1 } });
  });

  it("that is serverFirst and refused rejects, and is a dead letter", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    await device.server.faults([REFUSED]);
    const sent = mailboat.sendMessage(c1, "Ahoy", { write: "serverFirst" });
    await expect(sent).rejects.toMatchObject({ code: "REJECTED", retryable: false });
    expect(mailboat.outbox.page().entries).toMatchObject([{ failed: true }]);
  });

  it("that is more urgent goes before one that was written earlier", async () => {
    const { device } = await deviceWithConversation();
    const { mailboat, server } = device;
    await device.goOffline();
    const values = { title: "Crew", memberIds: ["ann"] };
    await mailboat.create("conversations", values, { id: "calm", priority: "normal" });
    await mailboat.create("conversations", values, { id: "urgent", priority: "high" });
    expect(mailboat.outbox.page().entries.map(({ priority }) => priority)).toEqual([
      "normal",
      "high",
    ]);
    await device.goOnline();
    await delivered(mailboat);
    const order = (await server.effects()).map(({ recordId }) => recordId).slice(-2);
    expect(order).toEqual(["urgent", "calm"]);
  });

  it("that is low waits for Wi-Fi while others go, and says so", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    await mailboat.setNetwork({ kind: "cellular" });
    const values = { title: "Later", memberIds: ["ann"] };
    const low = await mailboat.create("conversations", values, { priority: "low" });
    const { id } = await mailboat.sendMessage(c1, "now");
    await waitFor(() => {
      expect(mailboat.record("messages", id)?.delivery).toBe("sent");
    });
    expect((await mailboat.outbox.why(low.entry ?? "")).state).toBe("lowPriority");
    await mailboat.setNetwork({ kind: "wifi" });
    await delivered(mailboat);
    expect(await device.server.state()).toMatchObject({ records: { conversations: 2 } });
  });

  it("that is batched waits for company and goes with another one", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat, server } = device;
    const values = { title: "Renamed" };
    const batched = await mailboat.update("conversations", c1, values, { send: "batched" });
    expect((await mailboat.outbox.why(batched.entry ?? "")).state).toBe("scheduled");
    const { requests } = await server.state();
    const company = { title: "New", memberIds: ["ann"] };
    await mailboat.create("conversations", company);
    await delivered(mailboat);
    expect((await server.state()).requests["push"]).toBe((requests["push"] ?? 0) + 1);
  });

  it("waits for what it comes after", async () => {
    const { device } = await deviceWithConversation();
    const { mailboat, server } = device;
    await device.goOffline();
    const values = { title: "Crew", memberIds: ["ann"] };
    const photo = await mailboat.create("conversations", values, { id: "photo" });
    const after = [photo.entry ?? ""];
    await mailboat.create("conversations", values, { id: "album", priority: "high", after });
    expect(mailboat.outbox.page().entries.map(({ waitsFor }) => waitsFor)).toEqual([0, 1]);
    await device.goOnline();
    await delivered(mailboat);
    const order = (await server.effects()).map(({ recordId }) => recordId).slice(-2);
    expect(order).toEqual(["photo", "album"]);
  });

  it("that its collection does not allow is UNSUPPORTED", async () => {
    const readings = {
      name: "readings",
      columns: [{ name: "depth", type: "real" }],
      operations: ["create", "update"],
      priority: "low",
    } as const;
    const device = await createTestMailboat({ schema: { collections: [readings] } });
    await device.goOffline();
    const { id } = await device.mailboat.create("readings", { depth: 7.5 });
    expect(device.mailboat.outbox.page().entries).toMatchObject([{ priority: "low" }]);
    const deleted = device.mailboat.delete("readings", id);
    await expect(deleted).rejects.toMatchObject({ code: "UNSUPPORTED", retryable: false });
    expect(device.mailboat.record("readings", id)).toMatchObject({ depth: 7.5 });
    await device.close();
  });
});

describe("a batch", () => {
  const writes = (c1: string) =>
    [
      { operation: "update", collection: "conversations", id: c1, values: { title: "Night" } },
      {
        operation: "create",
        collection: "messages",
        id: "m1",
        values: { conversationId: c1, senderId: "ann", body: "Ahoy", sentAt: 1 },
      },
    ] as const;
  const errors = (results: BatchResult[]): (string | null)[] =>
    results.map(({ error }) => error?.code ?? null);

  it("that is partial says of each write what became of it", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    const [update, create] = writes(c1);
    const unreadable = { ...create, id: "m2", values: { ...create.values, sentAt: NaN } };
    const unknown = { operation: "delete", collection: "messages", id: "nobody" } as const;
    const results = await mailboat.batch([update, unreadable, unknown, create]);
    expect(errors(results)).toEqual([null, "INVALID_ARGUMENT", "INVALID_ARGUMENT", null]);
    expect(results[3]).toMatchObject({ id: "m1", acked: false, error: null });
    await delivered(mailboat);
    expect(await device.server.state()).toMatchObject({ records: { messages: 1 } });
  });

  it("that is atomic stores nothing when one of its writes does not fit", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    const [update, create] = writes(c1);
    const unreadable = { ...create, values: { ...create.values, sentAt: NaN } };
    const unknown = { operation: "delete", collection: "messages", id: "nobody" } as const;
    for (const misfit of [unreadable, unknown]) {
      const batch = mailboat.batch([update, misfit], { mode: "atomic" });
      await expect(batch).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(mailboat.outbox.page().entries).toEqual([]);
    expect(mailboat.record("conversations", c1)?.title).toBe("Crew");
  });

  it("that is atomic and refused is rolled back here as one, and sent again as one", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat, server } = device;
    const outbox = mount(mailboat, () => useOutbox());
    const titles = mount(mailboat, () => useRows({ collection: "conversations", limit: 5 }));
    await server.faults([{ ...REFUSED, recordId: "m1" }]);
    const effects = (await server.effects()).length;
    await during(() => mailboat.batch(writes(c1), { mode: "atomic" }));
    await waitFor(() => {
      expect(outbox.current).toMatchObject({ failed: 2, pending: 0 });
    });
    const [one, two] = outbox.current.entries;
    expect(one?.group).not.toBeNull();
    expect(two?.group).toBe(one?.group);
    expect(await server.effects()).toHaveLength(effects);
    // Neither the title nor the message stands here.
    expect(titles.current.rows).toMatchObject([{ id: c1, title: "Crew", delivery: "failed" }]);
    expect(mailboat.record("messages", "m1")).toBeNull();

    await during(() => outbox.current.retry(one?.id ?? ""));
    await waitFor(() => {
      expect(outbox.current).toMatchObject({ entries: [], failed: 0 });
    });
    expect(await server.effects()).toHaveLength(effects + 2);
    expect(titles.current.rows).toMatchObject([{ title: "Night", delivery: "sent" }]);
  });

  it("of too many writes, or of none, is INVALID_ARGUMENT", async () => {
    const { c1, device } = await deviceWithConversation();
    const [update] = writes(c1);
    for (const many of [[], Array.from({ length: 101 }, () => update)]) {
      await expect(device.mailboat.batch(many)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
  });
});
