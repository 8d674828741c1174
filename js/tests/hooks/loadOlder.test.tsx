import { renderHook, waitFor, type RenderHookResult } from "@testing-library/react-native";
import type { ReactElement, ReactNode } from "react";
import {
  MailboatProvider,
  MAX_WINDOW_ROWS,
  useMessages,
  type Mailboat,
  type MessagesView,
} from "react-native-mailboat";
import type { TestMailboat } from "react-native-mailboat/testing";
import { delivered, during, newConversation, openDevice, writeMessages } from "./setting";

function mount(
  mailboat: Mailboat,
  conversationId: string,
  limit: number,
): RenderHookResult<MessagesView, undefined> {
  function Wrapper({ children }: { readonly children: ReactNode }): ReactElement {
    return <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>;
  }
  return renderHook(() => useMessages(conversationId, { limit }), { wrapper: Wrapper });
}

/** Ben's device, fresh, on a server where Ann has written 120 messages: it gets the last 50. */
async function deviceWithRecentHistory(): Promise<{ ben: TestMailboat; c1: string }> {
  const ann = await openDevice();
  const c1 = await newConversation(ann.mailboat);
  await writeMessages(ann.mailboat, c1, 120);
  await delivered(ann.mailboat);
  const ben = await ann.another("ben");
  const newest = ben.mailboat.watch({ collection: "messages", take: "last", limit: 1 });
  await waitFor(() => {
    expect(newest.getSnapshot().rows[0]?.body).toBe("120");
  });
  return { ben, c1 };
}

/** Ann's device without a network, with so many messages in a conversation. */
async function offlineDevice(count: number): Promise<{ device: TestMailboat; c1: string }> {
  const device = await openDevice();
  await device.goOffline();
  const c1 = await newConversation(device.mailboat);
  await writeMessages(device.mailboat, c1, count);
  return { device, c1 };
}

function bodies({ current }: { readonly current: MessagesView }): string[] {
  return current.messages.map(({ body }) => body);
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
}

describe("a conversation on screen", () => {
  it("keeps what it shows while more comes in than its window had room for", async () => {
    const { device, c1 } = await offlineDevice(30);
    const { result } = mount(device.mailboat, c1, 10);
    const before = result.current.messages;
    expect(bodies(result)).toEqual(numbers(21, 30));
    for (let number = 31; number <= 33; number += 1) {
      await during(() => device.mailboat.sendMessage(c1, String(number)));
    }
    const batch = numbers(34, 60).map((body) => () => device.mailboat.sendMessage(c1, body));
    await during(() => Promise.all(batch.map((send) => send())));
    expect(bodies(result)).toEqual(numbers(21, 60));
    expect(result.current.messages.slice(0, 10)).toEqual(before);
    await during(() => result.current.loadOlder());
    expect(bodies(result)).toEqual(numbers(11, 60));
  });

  it("keeps what it shows when a burst comes before there is a page of it", async () => {
    const { device, c1 } = await offlineDevice(8);
    const { result } = mount(device.mailboat, c1, 10);
    expect(bodies(result)).toEqual(numbers(1, 8));
    const burst = numbers(9, 14).map((body) => () => device.mailboat.sendMessage(c1, body));
    await during(() => Promise.all(burst.map((send) => send())));
    expect(bodies(result)).toEqual(numbers(1, 14));
  });

  it("keeps its place when the oldest that it shows is deleted", async () => {
    const { device, c1 } = await offlineDevice(30);
    const { result } = mount(device.mailboat, c1, 10);
    await during(() => device.mailboat.sendMessage(c1, "31"));
    const [oldest] = result.current.messages;
    await during(() => device.mailboat.delete("messages", oldest?.id ?? ""));
    expect(bodies(result)).toEqual(numbers(22, 31));
  });
});

describe("loadOlder", () => {
  it("shows what the device has, without asking the server, and keeps the rows shown", async () => {
    const ann = await openDevice();
    const c1 = await newConversation(ann.mailboat);
    await writeMessages(ann.mailboat, c1, 30);
    const { result } = mount(ann.mailboat, c1, 10);
    const before = result.current.messages;
    expect(result.current.hasOlder).toBe(true);
    await during(() => result.current.loadOlder());
    expect(bodies(result)).toEqual(numbers(11, 30));
    result.current.messages.slice(10).forEach(({ id }, at) => {
      expect(id).toBe(before[at]?.id);
    });
    expect((await ann.server.state()).requests["older"] ?? 0).toBe(0);
  });

  it("keeps the identity of the rows that were shown before it", async () => {
    const { device, c1 } = await offlineDevice(30);
    const { result } = mount(device.mailboat, c1, 10);
    const before = result.current.messages;
    await during(() => result.current.loadOlder());
    before.forEach((message, at) => {
      expect(result.current.messages[10 + at]).toBe(message);
    });
  });

  it("asks the server when the device has no more, until the server has no more", async () => {
    const { ben, c1 } = await deviceWithRecentHistory();
    const { result } = mount(ben.mailboat, c1, 50);
    expect(bodies(result)).toEqual(numbers(71, 120));
    await during(() => result.current.loadOlder());
    expect(bodies(result)).toEqual(numbers(21, 120));
    expect(result.current.hasOlder).toBe(true);
    await during(() => result.current.loadOlder());
    expect(bodies(result)).toEqual(numbers(1, 120));
    expect(result.current).toMatchObject({ hasOlder: false, loadingOlder: false, error: null });
  });

  it("says that it is loading while the server is asked", async () => {
    const { ben, c1 } = await deviceWithRecentHistory();
    await ben.server.faults([{ on: "older", kind: "delay", ms: 100 }]);
    const { result } = mount(ben.mailboat, c1, 50);
    const loading = during(() => result.current.loadOlder());
    await waitFor(() => {
      expect(result.current.loadingOlder).toBe(true);
    });
    await loading;
    expect(result.current.loadingOlder).toBe(false);
  });

  it("asks once for calls that come while one is running", async () => {
    const { ben, c1 } = await deviceWithRecentHistory();
    const { result } = mount(ben.mailboat, c1, 50);
    const { loadOlder } = result.current;
    await during(() => Promise.all([loadOlder(), loadOlder(), loadOlder()]));
    expect(bodies(result)).toEqual(numbers(21, 120));
    // Two pages: the newest, which was here already, and the one before it.
    expect((await ben.server.state()).requests["older"]).toBe(2);
  });

  it("tells what went wrong, keeps the rows, and may be called again", async () => {
    const { ben, c1 } = await deviceWithRecentHistory();
    const { result } = mount(ben.mailboat, c1, 50);
    await during(() => ben.goOffline());
    await during(() => result.current.loadOlder());
    expect(result.current.error).toMatchObject({ code: "NETWORK", retryable: true });
    expect(bodies(result)).toEqual(numbers(71, 120));
    expect(result.current.hasOlder).toBe(true);
    await during(() => ben.goOnline());
    await waitFor(() => {
      expect(ben.mailboat.status.getSnapshot()).toMatchObject({ online: true, phase: "idle" });
    });
    await during(() => result.current.loadOlder());
    expect(bodies(result)).toEqual(numbers(21, 120));
    expect(result.current.error).toBeNull();
  });

  it("ends at the largest window there is", async () => {
    const { device, c1 } = await offlineDevice(MAX_WINDOW_ROWS + 20);
    const { result } = mount(device.mailboat, c1, MAX_WINDOW_ROWS - 30);
    await during(() => result.current.loadOlder());
    expect(bodies(result)).toEqual(numbers(21, MAX_WINDOW_ROWS + 20));
    expect(result.current.hasOlder).toBe(false);
    await during(() => result.current.loadOlder());
    expect(result.current.messages).toHaveLength(MAX_WINDOW_ROWS);
  });
});
