import { renderHook, screen, waitFor } from "@testing-library/react-native";
import { useLayoutEffect, type ReactElement, type ReactNode } from "react";
import { MailboatProvider, useMessages, type Mailboat } from "react-native-mailboat";
import {
  delivered,
  during,
  newConversation,
  openDevice,
  renderWith,
  Screen,
  Shown,
  untilStored,
  writeMessages,
} from "./setting";

function below(mailboat: Mailboat) {
  return function Wrapper({ children }: { readonly children: ReactNode }): ReactElement {
    return <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>;
  };
}

describe("useMessages", () => {
  it("has the rows in its very first render", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 3);
    const shown = new Shown();
    renderWith(mailboat, <Screen conversationId={c1} shown={shown} />);
    expect(shown.renders[0]?.map(({ body }) => body)).toEqual(["1", "2", "3"]);
  });

  it("renders once, not once more, when nothing changes while it subscribes", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 3);
    const shown = new Shown();
    renderWith(mailboat, <Screen conversationId={c1} shown={shown} />);
    expect(shown.renders).toHaveLength(1);
  });

  it("shows a message by the time send resolves, with the network or without", async () => {
    const device = await openDevice();
    await device.goOffline();
    const c1 = await newConversation(device.mailboat);
    const { result } = renderHook(() => useMessages(c1), { wrapper: below(device.mailboat) });
    const { id } = await during(() => result.current.send("Ahoy"));
    expect(result.current.messages).toEqual([
      expect.objectContaining({ id, body: "Ahoy", senderId: "ann", delivery: "queued" }),
    ]);
  });

  it("says when a message has arrived at the server", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    const { result } = renderHook(() => useMessages(c1), { wrapper: below(mailboat) });
    await during(() => result.current.send("Ahoy"));
    await waitFor(() => {
      expect(result.current.messages[0]?.delivery).toBe("sent");
    });
  });

  it("misses no change that happens between its render and its subscription", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 2);
    const shown = new Shown();
    const values = { conversationId: c1, senderId: "ann", body: "late", sentAt: 1 };
    // React runs layout effects after the first render and before any subscription.
    function WritesInBetween(): null {
      useLayoutEffect(() => {
        void mailboat.create("messages", values, { id: "late" });
        untilStored(mailboat, "late");
      }, []);
      return null;
    }
    renderWith(
      mailboat,
      <>
        <Screen conversationId={c1} shown={shown} />
        <WritesInBetween />
      </>,
    );
    expect(shown.renders[0]).toHaveLength(2);
    expect(shown.bodies).toEqual(["1", "2", "late"]);
    // The rows that were there are still the same objects.
    expect(shown.now.slice(0, 2)).toEqual(shown.renders[0]);
    expect(shown.now[0]).toBe(shown.renders[0]?.[0]);
  });

  it("renders one row for one new message", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 20);
    const shown = new Shown();
    renderWith(mailboat, <Screen conversationId={c1} shown={shown} />);
    expect(shown.lines.size).toBe(20);
    shown.resetCounts();
    const { id } = await during(() => mailboat.sendMessage(c1, "new"));
    expect(screen.getByText("new")).toBeOnTheScreen();
    expect([...shown.lines]).toEqual([[id, 1]]);
  });

  it("renders only the row that an acknowledgement changes", async () => {
    const device = await openDevice();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 20);
    await delivered(mailboat);
    await device.goOffline();
    const { id } = await mailboat.sendMessage(c1, "new");
    const shown = new Shown();
    renderWith(mailboat, <Screen conversationId={c1} shown={shown} />);
    const before = shown.now;
    shown.resetCounts();
    await during(() => device.goOnline());
    await waitFor(() => {
      expect(shown.now[20]?.delivery).toBe("sent");
    });
    expect([...shown.lines.keys()]).toEqual([id]);
    before.slice(0, 20).forEach((message, at) => {
      expect(shown.now[at]).toBe(message);
    });
  });

  it("lets no row jump over another while messages of two people are acknowledged", async () => {
    const ann = await openDevice();
    const c1 = await newConversation(ann.mailboat);
    await delivered(ann.mailboat);
    const ben = await ann.another("ben");
    await waitFor(() => {
      expect(ben.mailboat.record("conversations", c1)).not.toBeNull();
    });
    const shown = new Shown();
    renderWith(ann.mailboat, <Screen conversationId={c1} shown={shown} />);
    await during(async () => {
      await ann.goOffline();
      await writeMessages(ann.mailboat, c1, 5);
      await writeMessages(ben.mailboat, c1, 5);
    });
    await delivered(ben.mailboat);
    await during(() => ann.goOnline());
    await waitFor(() => {
      expect(shown.now.map(({ delivery }) => delivery)).toEqual(Array(10).fill("sent"));
    });
    expect(shown.jumps).toEqual([]);
    const order = (await ann.server.effects()).map(({ recordId }) => recordId).slice(1);
    expect(shown.now.map(({ id }) => id)).toEqual(order);
  });

  it("shows what somebody else wrote, and keeps the rows that were there", async () => {
    const ann = await openDevice();
    const c1 = await newConversation(ann.mailboat);
    await writeMessages(ann.mailboat, c1, 3);
    await delivered(ann.mailboat);
    const ben = await ann.another("ben");
    await waitFor(() => {
      expect(ben.mailboat.record("conversations", c1)).not.toBeNull();
    });
    const shown = new Shown();
    renderWith(ann.mailboat, <Screen conversationId={c1} shown={shown} />);
    const before = shown.now;
    await during(() => ben.mailboat.sendMessage(c1, "from Ben"));
    await waitFor(() => {
      expect(shown.bodies).toEqual(["1", "2", "3", "from Ben"]);
    });
    expect(shown.now[0]).toBe(before[0]);
    expect(shown.now[3]).toMatchObject({ senderId: "ben", delivery: "sent" });
  });

  it("shows an edit in its place and a removal as a gap, each in one row", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 3);
    const shown = new Shown();
    renderWith(mailboat, <Screen conversationId={c1} shown={shown} />);
    const [first, second, third] = shown.now;
    shown.resetCounts();
    await during(() => mailboat.update("messages", second?.id ?? "", { body: "edited" }));
    expect(shown.bodies).toEqual(["1", "edited", "3"]);
    expect([...shown.lines]).toEqual([[second?.id, 1]]);
    await during(() => mailboat.delete("messages", first?.id ?? ""));
    expect(shown.bodies).toEqual(["edited", "3"]);
    expect(shown.now[1]).toBe(third);
  });

  it("shows the other conversation in the render that asks for it", async () => {
    const { mailboat } = await openDevice();
    const [c1, c2] = [await newConversation(mailboat), await newConversation(mailboat)];
    await mailboat.sendMessage(c1, "in the first");
    await mailboat.sendMessage(c2, "in the second");
    const shown = new Shown();
    const { rerender } = renderWith(mailboat, <Screen conversationId={c1} shown={shown} />);
    rerender(
      <MailboatProvider mailboat={mailboat}>
        <Screen conversationId={c2} shown={shown} />
      </MailboatProvider>,
    );
    const bodies = shown.renders.map((messages) => messages.map(({ body }) => body).join());
    expect([...new Set(bodies)]).toEqual(["in the first", "in the second"]);
  });

  it("begins with as many of the newest as asked for, and keeps them when one comes in", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 12);
    const shown = new Shown();
    renderWith(mailboat, <Screen conversationId={c1} limit={5} shown={shown} />);
    expect(shown.bodies).toEqual(["8", "9", "10", "11", "12"]);
    await during(() => mailboat.sendMessage(c1, "13"));
    expect(shown.bodies).toEqual(["8", "9", "10", "11", "12", "13"]);
  });

  it("shares one watch and its rows between components that ask for the same", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 2);
    const [one, other] = [new Shown(), new Shown()];
    renderWith(
      mailboat,
      <>
        <Screen conversationId={c1} shown={one} />
        <Screen conversationId={c1} shown={other} />
      </>,
    );
    expect(one.now[0]).toBe(other.now[0]);
    await waitFor(() => {
      expect(mailboat.counters().watches).toBe(1);
    });
  });
});
