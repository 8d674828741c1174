import { waitFor } from "@testing-library/react-native";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestMailboat, type TestMailboat } from "react-native-mailboat/testing";
import type { Mailboat } from "react-native-mailboat";

const patience = { timeout: 10_000 };

async function conversation(mailboat: Mailboat): Promise<string> {
  const values = { title: "Crew", memberIds: ["ann", "ben"] };
  return (await mailboat.create("conversations", values)).id;
}

function bodies(mailboat: Mailboat): string[] {
  return mailboat.querySync({ collection: "messages", limit: 500 }).rows.map(({ body }) => body);
}

async function delivered(mailboat: Mailboat): Promise<void> {
  await waitFor(() => {
    expect(mailboat.status.getSnapshot().pending).toBe(0);
  }, patience);
}

describe("a test device", () => {
  let ann: TestMailboat;
  let c1: string;

  beforeEach(async () => {
    ann = await createTestMailboat();
    c1 = await conversation(ann.mailboat);
    await delivered(ann.mailboat);
  });

  afterEach(() => ann.close());

  it("syncs within a budget, and says what it came to before that is over", async () => {
    await ann.goOffline();
    for (const body of ["1", "2"]) await ann.mailboat.sendMessage(c1, body);
    const offline = await ann.mailboat.syncWithin(20_000);
    expect(offline).toEqual({ sent: 0, received: 0, left: 2, ended: "waiting" });
    await ann.goOnline();
    expect(await ann.mailboat.syncWithin(20_000)).toMatchObject({ left: 0, ended: "done" });
    expect((await ann.server.state()).records["messages"]).toBe(2);
    await expect(ann.mailboat.syncWithin(999)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("offline sends nothing and says so; online again it delivers", async () => {
    await ann.goOffline();
    await ann.mailboat.sendMessage(c1, "1");
    expect(ann.mailboat.status.getSnapshot()).toMatchObject({
      online: false,
      phase: "offline",
      pending: 1,
    });
    expect((await ann.server.state()).records["messages"] ?? 0).toBe(0);
    await ann.goOnline();
    await delivered(ann.mailboat);
    expect((await ann.server.state()).records["messages"]).toBe(1);
  });

  it("offline does not take the other devices off the network", async () => {
    const ben = await ann.another("ben");
    await waitFor(() => {
      expect(ben.mailboat.record("conversations", c1)).not.toBeNull();
    }, patience);
    await ann.goOffline();
    await ben.mailboat.sendMessage(c1, "from Ben");
    await delivered(ben.mailboat);
    expect(bodies(ann.mailboat)).toEqual([]);
    await ann.goOnline();
    await waitFor(() => {
      expect(bodies(ann.mailboat)).toEqual(["from Ben"]);
    }, patience);
  });

  it("stays offline when it is restarted offline", async () => {
    await ann.goOffline();
    await ann.restart();
    expect(ann.mailboat.status.getSnapshot()).toMatchObject({ online: false });
    await ann.goOnline();
    await ann.mailboat.sync();
  });

  it("failNext fails one request of its user, and no other", async () => {
    const ben = await ann.another("ben");
    await waitFor(() => {
      expect(ben.mailboat.record("conversations", c1)).not.toBeNull();
    }, patience);
    await ann.failNext(503);
    await ben.mailboat.sendMessage(c1, "from Ben");
    await delivered(ben.mailboat);
    expect((await ann.server.state()).fired["status"] ?? 0).toBe(0);
    await ann.mailboat.sendMessage(c1, "from Ann");
    await delivered(ann.mailboat);
    expect((await ann.server.state()).fired["status"]).toBe(1);
  });

  it("killed has what was acknowledged, and closes its engine at once", async () => {
    await ann.goOffline();
    await ann.mailboat.sendMessage(c1, "acknowledged");
    const killed = ann.mailboat;
    let settled = false;
    void killed
      .sendMessage(c1, "under way")
      .finally(() => (settled = true))
      .catch(() => undefined);
    ann.kill();
    expect(() => killed.counters()).toThrow(/closed/i);
    await ann.restart();
    expect(ann.mailboat).not.toBe(killed);
    expect(bodies(ann.mailboat)[0]).toBe("acknowledged");
    expect(settled).toBe(false);
  });

  it("killed in the middle of a push delivers once after its restart", async () => {
    await ann.server.faults([{ on: "push", kind: "delay", ms: 200 }]);
    await ann.mailboat.sendMessage(c1, "Ahoy");
    await waitFor(() => {
      expect(ann.mailboat.status.getSnapshot().phase).toBe("pushing");
    }, patience);
    ann.kill();
    await ann.restart();
    await delivered(ann.mailboat);
    expect(await ann.server.state()).toMatchObject({
      records: { messages: 1 },
      repeatedEffects: 0,
    });
  });

  it("finds its server again after the server was stopped and started", async () => {
    await ann.server.stop();
    await ann.mailboat.sendMessage(c1, "Ahoy");
    await waitFor(() => {
      expect(ann.mailboat.status.getSnapshot().online).toBe(false);
    }, patience);
    await ann.server.start();
    await delivered(ann.mailboat);
    const effects = await ann.server.effects();
    expect(effects.map(({ collection, user }) => `${user} ${collection}`)).toEqual([
      "ann conversations",
      "ann messages",
    ]);
  });

  it("is one of several of the same user", async () => {
    await ann.mailboat.sendMessage(c1, "from the phone");
    const tablet = await ann.another("ann");
    await waitFor(() => {
      expect(bodies(tablet.mailboat)).toEqual(["from the phone"]);
    }, patience);
  });
});

describe("close", () => {
  it("ends every device and the server, and leaves no files behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mailboat-close-"));
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      const ann = await createTestMailboat();
      const ben = await ann.another("ben");
      await ann.close();
      await ann.close();
      await expect(ben.mailboat.sync()).rejects.toMatchObject({ code: "CLOSED" });
      await expect(ann.server.state()).rejects.toThrow(/ECONNREFUSED/);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
      rmSync(folder, { recursive: true });
    }
  });
});
