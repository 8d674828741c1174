// Bad input through the API: a typed error with a sentence, and nothing stored.

import { MailboatError, createMailboat, type Mailboat } from "react-native-mailboat";
import { nodeHost } from "react-native-mailboat/node";
import { newConversation, openDevice } from "./setting";

type Loose = Mailboat<Record<string, Record<string, unknown>>>;

const good = { conversationId: "c1", senderId: "ann", body: "Ahoy", sentAt: 1 };

describe("a write", () => {
  it.each<[string, (mailboat: Loose) => Promise<unknown>]>([
    ["to an unknown collection", (m) => m.create("mesages", good)],
    ["without a column", (m) => m.create("messages", { ...good, body: undefined })],
    ["with an unknown column", (m) => m.create("messages", { ...good, colour: "red" })],
    ["with another type", (m) => m.create("messages", { ...good, sentAt: "now" })],
    ["with null for a column", (m) => m.create("messages", { ...good, body: null })],
    ["with half a character", (m) => m.create("messages", { ...good, body: "\ud83d" })],
    ["with a fraction in an integer", (m) => m.create("messages", { ...good, sentAt: 1.5 })],
    ["with too large an integer", (m) => m.create("messages", { ...good, sentAt: 2 ** 53 })],
    ["with NaN", (m) => m.create("messages", { ...good, sentAt: NaN })],
    ["with an over-long body", (m) => m.create("messages", { ...good, body: "x".repeat(65_537) })],
    ["to a record that is not there", (m) => m.update("messages", "no-such-id", { body: "x" })],
  ])("%s is refused with INVALID_ARGUMENT and leaves nothing behind", async (_, write) => {
    const { mailboat } = await openDevice();
    const error: unknown = await write(mailboat as unknown as Loose).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MailboatError);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", retryable: false });
    expect(mailboat.querySync({ collection: "messages", limit: 1 }).rows).toEqual([]);
    expect(mailboat.outbox.page().entries).toEqual([]);
  });

  it("that is refused harms none of those beside it", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    const results = await Promise.allSettled([
      mailboat.sendMessage(c1, "before"),
      mailboat.sendMessage(c1, "x".repeat(65_537)),
      mailboat.sendMessage(c1, "after"),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const { rows } = await mailboat.query({ collection: "messages", limit: 10 });
    expect(rows.map(({ body }) => body)).toEqual(["before", "after"]);
  });
});

describe("createMailboat", () => {
  it("says with a typed error that the folder is not there", () => {
    const path = "/no/such/folder/chat.db";
    let error: unknown;
    try {
      createMailboat({ path, host: nodeHost() });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MailboatError);
    expect((error as MailboatError).code).toBe("INVALID_ARGUMENT");
  });
});
