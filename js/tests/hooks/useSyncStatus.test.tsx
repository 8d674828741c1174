import { renderHook, waitFor } from "@testing-library/react-native";
import { MailboatProvider, useMessages, useSyncStatus, type Mailboat } from "react-native-mailboat";
import type { TestMailboat } from "react-native-mailboat/testing";
import { delivered, during, newConversation, openDevice } from "./setting";

function mount<T>(mailboat: Mailboat, hook: () => T): { readonly current: T } {
  return renderHook(hook, {
    wrapper: ({ children }) => <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>,
  }).result;
}

/** A device with a conversation that the server knows. */
async function deviceWithConversation(): Promise<{ device: TestMailboat; c1: string }> {
  const device = await openDevice();
  const c1 = await newConversation(device.mailboat);
  await delivered(device.mailboat);
  return { device, c1 };
}

describe("useSyncStatus", () => {
  it("says that nothing waits and when it last synced", async () => {
    const { device } = await deviceWithConversation();
    const status = mount(device.mailboat, useSyncStatus);
    await waitFor(() => {
      expect(status.current).toMatchObject({ phase: "idle", online: true, pending: 0, failed: 0 });
    });
    expect(status.current.lastSyncedAt).toBeGreaterThan(0);
    expect(status.current.error).toBeNull();
  });

  it("counts what waits while offline, and empties when the network is back", async () => {
    const { c1, device } = await deviceWithConversation();
    const status = mount(device.mailboat, useSyncStatus);
    await during(() => device.goOffline());
    await during(() => device.mailboat.sendMessage(c1, "1"));
    await during(() => device.mailboat.sendMessage(c1, "2"));
    expect(status.current).toMatchObject({ phase: "offline", online: false, pending: 2 });
    await during(() => device.goOnline());
    await waitFor(() => {
      expect(status.current).toMatchObject({ online: true, pending: 0 });
    });
    expect((await device.server.state()).records["messages"]).toBe(2);
  });

  it("goes on by itself after a server that could not answer", async () => {
    const { c1, device } = await deviceWithConversation();
    const status = mount(device.mailboat, useSyncStatus);
    await device.failNext(503);
    await during(() => device.mailboat.sendMessage(c1, "Ahoy"));
    await waitFor(() => {
      expect(status.current).toMatchObject({ pending: 0, error: null });
    });
    expect(await device.server.state()).toMatchObject({ fired: { status: 1 }, repeatedEffects: 0 });
  });

  it("delivers once when the answer was lost after the commit", async () => {
    const { c1, device } = await deviceWithConversation();
    const status = mount(device.mailboat, useSyncStatus);
    await device.server.faults([{ on: "push", kind: "dropAfterCommit" }]);
    await during(() => device.mailboat.sendMessage(c1, "Ahoy"));
    await waitFor(() => {
      expect(status.current.pending).toBe(0);
    });
    expect(await device.server.state()).toMatchObject({
      records: { messages: 1 },
      repeatedEffects: 0,
      fired: { dropAfterCommit: 1 },
    });
  });

  it("counts a refused message as failed; retry sends it when the reason is gone", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    const status = mount(mailboat, useSyncStatus);
    const view = mount(mailboat, () => useMessages(c1));
    await device.server.faults([{ on: "push", kind: "entry", outcome: "rejected" }]);
    const { entry } = await during(() => mailboat.sendMessage(c1, "Ahoy"));
    await waitFor(() => {
      expect(status.current).toMatchObject({ failed: 1, pending: 0 });
    });
    expect(view.current.messages[0]?.delivery).toBe("failed");
    expect(mailboat.outbox.page().entries).toMatchObject([
      { id: entry, failed: true, collection: "messages", reason: { code: "fault" } },
    ]);
    await during(() => mailboat.outbox.retry(entry ?? ""));
    await waitFor(() => {
      expect(view.current.messages[0]?.delivery).toBe("sent");
    });
    expect(status.current.failed).toBe(0);
  });

  it("forgets a refused message when it is discarded", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    const view = mount(mailboat, () => useMessages(c1));
    await device.server.faults([{ on: "push", kind: "entry", outcome: "rejected" }]);
    const { entry } = await during(() => mailboat.sendMessage(c1, "Ahoy"));
    await waitFor(() => {
      expect(view.current.messages[0]?.delivery).toBe("failed");
    });
    await during(() => mailboat.outbox.discard(entry ?? ""));
    expect(view.current.messages).toEqual([]);
    expect(mailboat.outbox.page().entries).toEqual([]);
  });

  it("asks for a new token once the server refuses the old one, and loses nothing", async () => {
    const { c1, device } = await deviceWithConversation();
    await device.server.faults([{ on: "push", kind: "unauthorizedUntilRefreshed" }]);
    const before = (await device.server.state()).requests["token"] ?? 0;
    const status = mount(device.mailboat, useSyncStatus);
    await during(() => device.mailboat.sendMessage(c1, "Ahoy"));
    await waitFor(() => {
      expect(status.current).toMatchObject({ pending: 0, error: null });
    });
    const { records, requests } = await device.server.state();
    expect(requests["token"]).toBe(before + 1);
    expect(records["messages"]).toBe(1);
  });

  it("says everything: network, bytes, the next attempt, and what stands in the way", async () => {
    const { c1, device } = await deviceWithConversation();
    const status = mount(device.mailboat, useSyncStatus);
    await during(() => device.mailboat.setNetwork({ kind: "cellular" }));
    expect(status.current.network).toMatchObject({ kind: "cellular", metered: true });
    await device.server.faults([{ on: "push", kind: "status", status: 503, retryAfterS: 600 }]);
    await during(() => device.mailboat.sendMessage(c1, "Ahoy"));
    await waitFor(() => {
      expect(status.current).toMatchObject({ phase: "waiting", error: { code: "NETWORK" } });
    });
    expect(status.current.bytes).toBeGreaterThan(0);
    expect(status.current.nextAttemptAt).toBeGreaterThan(Date.now());
    // A person does not wait as long as the server would like.
    await during(() => status.current.syncNow());
    await waitFor(() => {
      expect(status.current).toMatchObject({ pending: 0, bytes: 0, error: null });
    });
  });

  it("does not reject from syncNow for what the status says", async () => {
    const { device } = await deviceWithConversation();
    const status = mount(device.mailboat, useSyncStatus);
    await during(() => device.goOffline());
    await expect(device.mailboat.sync()).rejects.toMatchObject({ code: "NETWORK" });
    await during(() => status.current.syncNow());
    await waitFor(() => {
      expect(status.current.error?.code).toBe("NETWORK");
    });
    await during(() => device.mailboat.close());
    await expect(status.current.syncNow()).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("renders a component again only when what it selects has changed", async () => {
    const { c1, device } = await deviceWithConversation();
    const { mailboat } = device;
    await device.goOffline();
    const renders = { pending: 0, both: 0 };
    const pending = mount(mailboat, () => {
      renders.pending += 1;
      return useSyncStatus((status) => status.pending);
    });
    const both = mount(mailboat, () => {
      renders.both += 1;
      return useSyncStatus(({ failed, network, syncNow }) => ({ failed, network, syncNow }));
    });
    const before = both.current;
    await during(() => mailboat.sendMessage(c1, "1"));
    await during(() => mailboat.sendMessage(c1, "2"));
    expect(pending.current).toBe(2);
    expect(both.current).toBe(before);
    expect(renders).toEqual({ pending: 3, both: 1 });
    await during(() => mailboat.setNetwork({ kind: "none", metered: true }));
    expect(both.current.network.metered).toBe(true);
    expect(renders).toEqual({ pending: 3, both: 2 });
  });
});
