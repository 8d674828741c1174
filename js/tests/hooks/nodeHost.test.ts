// The engine as a program in Node uses it, without React and without a backend.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMailboat, type Mailboat } from "react-native-mailboat";
import { nodeHost } from "react-native-mailboat/node";
import { untilStored } from "./setting";

describe("an engine in Node", () => {
  let dir: string;
  let mailboat: Mailboat;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "mailboat-node-"));
    mailboat = open();
  });

  afterEach(async () => {
    await mailboat.close();
    rmSync(dir, { recursive: true });
  });

  function open(): Mailboat {
    return createMailboat({ path: join(dir, "chat.db"), userId: "ann", host: nodeHost() });
  }

  it("shows every write in its watch by the time the write resolves", async () => {
    const live = mailboat.watch({ collection: "messages", take: "last", limit: 500 });
    live.subscribe(() => undefined);
    for (let count = 1; count <= 200; count++) {
      const { id } = await mailboat.sendMessage("c1", String(count));
      const { rows } = live.getSnapshot();
      expect(rows[rows.length - 1]).toMatchObject({ id, body: String(count) });
    }
  });

  it("shows by patches what it shows when asked anew, after any writes", async () => {
    const window = { collection: "messages", take: "last", limit: 20 } as const;
    const live = mailboat.watch(window);
    live.subscribe(() => undefined);
    const ids: string[] = [];
    for (let turn = 0; turn < 60; turn++) {
      const id = ids[(turn * 7) % (ids.length + 1)];
      if (id === undefined || turn % 3 !== 0) {
        ids.push((await mailboat.sendMessage("c1", `message ${turn}`)).id);
      } else if (turn % 2 === 0) {
        await mailboat.update("messages", id, { body: `edited ${turn}` });
      } else {
        await mailboat.delete("messages", id);
        ids.splice(ids.indexOf(id), 1);
      }
      const { more, rows } = mailboat.querySync(window);
      expect(live.getSnapshot()).toMatchObject({ rows, more });
    }
  });

  it("watches again and loses nothing when more happens than patches can tell", async () => {
    const live = mailboat.watch({ collection: "messages", take: "last", limit: 500 });
    live.subscribe(() => undefined);
    const writes: Promise<unknown>[] = [];
    for (let at = 0; at < 1_500; at++) {
      const values = { conversationId: "c1", senderId: "ann", body: String(at), sentAt: at };
      writes.push(mailboat.create("messages", values, { id: `m${at}` }));
      // Without a pause in which this thread could drain, the patches pile up.
      if (at % 100 === 99) untilStored(mailboat, `m${at}`);
    }
    await Promise.all(writes);
    const { rows } = live.getSnapshot();
    expect(rows).toHaveLength(500);
    expect(rows[499]?.body).toBe("1499");
    await mailboat.sendMessage("c1", "one more");
    expect(live.getSnapshot().rows[499]?.body).toBe("one more");
  });

  it("is the same engine for the same config, and a new one after it is closed", async () => {
    expect(open()).toBe(mailboat);
    await mailboat.close();
    const again = open();
    expect(again).not.toBe(mailboat);
    mailboat = again;
    expect(mailboat.querySync({ collection: "messages", limit: 1 }).rows).toEqual([]);
  });

  it("has its rows in the first read after it is opened again", async () => {
    await mailboat.sendMessage("c1", "Ahoy");
    await mailboat.close();
    mailboat = open();
    expect(mailboat.querySync({ collection: "messages", limit: 1 }).rows).toMatchObject([
      { body: "Ahoy", delivery: "queued" },
    ]);
  });

  it("without a backend keeps what is written in the outbox", async () => {
    const { entry } = await mailboat.sendMessage("c1", "Ahoy");
    expect(mailboat.outbox.page().entries).toMatchObject([
      { id: entry, failed: false, attempts: 0 },
    ]);
    expect(mailboat.status.getSnapshot()).toMatchObject({ pending: 1, failed: 0 });
    expect(mailboat.history("messages", "c1").getSnapshot().hasOlder).toBe(false);
  });
});
