// The chat of one device beside another one, on the real engine and server.

import { screen, userEvent, waitFor, within } from "@testing-library/react-native";
import type { TestMailboat } from "react-native-mailboat/testing";
import { renderedRows } from "../src/diagnostics/renderedRows";
import { ReceiptWriter } from "../src/engines/receiptWriter";
import type { ChatCollections } from "../src/engines/schema";
import { createDevice, type Device } from "./device";

describe("a chat", () => {
  let ann: Device;
  let ben: TestMailboat<ChatCollections>;
  let crew: string;

  beforeEach(async () => {
    ann = await createDevice("ann");
    const values = { title: "Crew", memberIds: ["ann", "ben"] };
    crew = (await ann.chat.mailboat.create("conversations", values)).id;
    await ann.chat.mailboat.sync();
    ben = await ann.chat.another("ben");
    await ben.mailboat.sync();
  });

  afterEach(() => ann.close());

  async function openChat(): Promise<ReturnType<typeof userEvent.setup>> {
    ann.show();
    const user = userEvent.setup();
    await user.press(screen.getByTestId(`conversation-${crew}`));
    return user;
  }

  async function write(user: ReturnType<typeof userEvent.setup>, text: string): Promise<void> {
    await user.type(screen.getByTestId("composer"), text);
    await user.press(screen.getByTestId("send"));
    await waitFor(() => screen.getByText(text));
  }

  function markOf(text: string): unknown {
    const row = screen
      .getAllByTestId(/^message-0/)
      .find((it) => within(it).queryByText(text) !== null);
    if (row === undefined) throw new Error(`No message says ${text}.`);
    return within(row).getByTestId("message-delivery").props["aria-label"];
  }

  /** Ann has told what she has shown, and nothing of it is under way. */
  async function receiptSettled(): Promise<void> {
    const { mailboat } = ann.chat;
    await waitFor(() => {
      const { rows } = mailboat.querySync({ collection: "receipts", limit: 10 });
      const newest = mailboat.querySync({ collection: "messages", take: "last", limit: 1 });
      const readId = newest.rows[0]?.id;
      expect(rows).toEqual([expect.objectContaining({ userId: "ann", readId, delivery: "sent" })]);
    });
  }

  it("shows a message at once, and on its mark how far it has come", async () => {
    const user = await openChat();
    await ann.chat.goOffline();
    await write(user, "We leave at high tide.");
    expect(markOf("We leave at high tide.")).toBe("queued");
    expect(screen.getByTestId("composer").props["value"]).toBe("");

    await ann.chat.goOnline();
    await waitFor(() => {
      expect(markOf("We leave at high tide.")).toBe("sent");
    });

    const report = jest.fn();
    const receipts = new ReceiptWriter(ben.mailboat, "ben", report);
    const stop = receipts.start();
    await ben.mailboat.sync();
    await waitFor(() => {
      expect(markOf("We leave at high tide.")).toBe("delivered");
    });

    const [message] = ben.mailboat.querySync({ collection: "messages", limit: 1 }).rows;
    receipts.markRead(crew, message?.id ?? "");
    await waitFor(() => {
      expect(markOf("We leave at high tide.")).toBe("read");
    });
    stop();
    expect(report).not.toHaveBeenCalled();
  });

  it("tells the others what it has shown, in one receipt however many messages come", async () => {
    await openChat();
    for (const text of ["Ahoy!", "Anybody there?"]) {
      await ben.mailboat.sendMessage(crew, text);
      await ben.mailboat.sync();
      await waitFor(() => screen.getByText(text));
    }
    const newest = ben.mailboat.querySync({ collection: "messages", take: "last", limit: 1 });
    await waitFor(() => {
      const { rows } = ben.mailboat.querySync({ collection: "receipts", limit: 10 });
      expect(rows).toEqual([
        expect.objectContaining({ userId: "ann", readId: newest.rows[0]?.id }),
      ]);
    });
  });

  it("renders one row for one message that comes in", async () => {
    for (const text of ["One", "Two", "Three"]) await ben.mailboat.sendMessage(crew, text);
    await openChat();
    await waitFor(() => screen.getByText("Three"));
    await receiptSettled();
    const before = renderedRows.getSnapshot();
    await ben.mailboat.sendMessage(crew, "Four");
    await waitFor(() => screen.getByText("Four"));
    await receiptSettled();
    expect(renderedRows.getSnapshot()).toBe(before + 1);
  });

  it("lets a refused message be sent again", async () => {
    const user = await openChat();
    await ann.chat.server.faults([{ on: "push", kind: "entry", outcome: "rejected", user: "ann" }]);
    await write(user, "Land ahead.");
    await waitFor(() => {
      expect(markOf("Land ahead.")).toBe("failed");
    });
    expect(screen.getByTestId("message-reason")).not.toHaveTextContent("");

    await user.press(screen.getByTestId("message-retry"));
    await waitFor(() => {
      expect(markOf("Land ahead.")).toBe("sent");
    });
    expect(screen.queryByTestId("message-reason")).toBeNull();
  });
});
