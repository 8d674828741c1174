// A backend written in JavaScript instead of a server of the contract.

import { renderHook, waitFor } from "@testing-library/react-native";
import {
  BackendError,
  MailboatProvider,
  useMessages,
  type Diagnostic,
  type JavaScriptBackend,
  type Mailboat,
  type MessagesView,
  type OlderPage,
  type OlderRequest,
  type PullPage,
  type PushEntry,
  type PushOutcome,
} from "react-native-mailboat";
import { delivered, during, newConversation, openDevice } from "./setting";

/** A server in a few lines: a log of changes, and the ids it has applied. */
class MemoryBackend implements JavaScriptBackend {
  readonly pushes: string[][] = [];
  private readonly log: PullPage["changes"] = [];
  private readonly ledger = new Map<string, number>();

  push(entries: PushEntry[]): Promise<PushOutcome[]> {
    this.pushes.push(entries.map(({ id }) => id));
    return Promise.resolve(entries.map((entry) => this.apply(entry)));
  }

  pull(cursor: string | null, limit: number): Promise<PullPage> {
    const from = Number(cursor ?? 0);
    const changes = this.log.slice(from, from + limit);
    const next = from + changes.length;
    const more = next < this.log.length;
    return Promise.resolve({ changes, tombstones: [], cursor: String(next), more });
  }

  /** Somebody else writes. */
  add(collection: string, id: string, values: Record<string, unknown>): void {
    const version = this.log.length + 1;
    this.log.push({ collection, id, version, order: version, values });
  }

  private apply({ collection, id, recordId, values }: PushEntry): PushOutcome {
    const known = this.ledger.get(id);
    if (known !== undefined) return { outcome: "duplicate", id, version: known, order: known };
    this.add(collection, recordId, values);
    const version = this.log.length;
    this.ledger.set(id, version);
    return { outcome: "acked", id, version, order: version };
  }
}

function mount(mailboat: Mailboat, conversationId: string): { readonly current: MessagesView } {
  return renderHook(() => useMessages(conversationId), {
    wrapper: ({ children }) => <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>,
  }).result;
}

describe("a backend in JavaScript", () => {
  it("gets what the app writes, and brings what others wrote", async () => {
    const backend = new MemoryBackend();
    const { mailboat } = await openDevice({ backend });
    const c1 = await newConversation(mailboat);
    const view = mount(mailboat, c1);
    await during(() => view.current.send("Ahoy"));
    await waitFor(() => {
      expect(view.current.messages).toMatchObject([{ body: "Ahoy", delivery: "sent" }]);
    });
    backend.add("messages", "b1", {
      conversationId: c1,
      senderId: "ben",
      body: "Ahoy yourself",
      sentAt: 2,
    });
    await during(() => mailboat.sync());
    expect(view.current.messages.map(({ body }) => body)).toEqual(["Ahoy", "Ahoy yourself"]);
  });

  it("that fails is asked again, with the same ids, and the app hears why", async () => {
    const backend = new MemoryBackend();
    const heard: Diagnostic[] = [];
    let failures = 2;
    const failing: JavaScriptBackend = {
      pull: (cursor, limit) => backend.pull(cursor, limit),
      async push(entries) {
        const outcomes = await backend.push(entries);
        if (failures-- > 0) throw new BackendError(503, 5);
        return outcomes;
      },
    };
    const { mailboat } = await openDevice({
      backend: failing,
      onDiagnostic: (diagnostic) => heard.push(diagnostic),
    });
    await newConversation(mailboat);
    await delivered(mailboat);
    expect(backend.pushes).toHaveLength(3);
    expect(new Set(backend.pushes.flat()).size).toBe(1);
    const threw = heard.filter(({ code }) => code === "appFunctionThrew");
    expect(threw.map(({ data }) => data)).toEqual([
      { asked: "push", status: 503 },
      { asked: "push", status: 503 },
    ]);
    expect(threw.map(({ cause }) => cause)).toEqual([
      expect.any(BackendError),
      expect.any(BackendError),
    ]);
    expect(mailboat.outbox.page().entries).toEqual([]);
  });

  it("that answers nonsense loses nothing", async () => {
    const backend = new MemoryBackend();
    let answers = 0;
    const confused: JavaScriptBackend = {
      pull: (cursor, limit) => backend.pull(cursor, limit),
      push: (entries) =>
        answers++ === 0
          ? Promise.resolve(["ok"] as unknown as PushOutcome[])
          : backend.push(entries),
    };
    const { mailboat } = await openDevice({ backend: confused });
    await newConversation(mailboat);
    await delivered(mailboat);
    expect(answers).toBeGreaterThan(1);
    expect(mailboat.outbox.page().entries).toEqual([]);
  });

  it("is asked for older messages when the device has no more", async () => {
    const memory = new MemoryBackend();
    const asked: OlderRequest[] = [];
    const values = { senderId: "ben", sentAt: 1 };
    const backend: JavaScriptBackend = {
      push: (entries) => memory.push(entries),
      pull: () =>
        Promise.resolve({
          changes: [message("m9", 9)],
          tombstones: [],
          cursor: "9",
          more: false,
        }),
      older: (request): Promise<OlderPage> => {
        asked.push(request);
        // The engine asks for the newest first: only pages of history say where gaps are.
        return Promise.resolve(
          request.before === null
            ? { changes: [message("m9", 9)], more: true }
            : { changes: [message("m7", 7), message("m8", 8)], more: false },
        );
      },
    };
    function message(id: string, order: number): PullPage["changes"][number] {
      const columns = { ...values, conversationId: "c1", body: id };
      return { collection: "messages", id, version: order, order, values: columns };
    }
    const { mailboat } = await openDevice({ backend });
    const view = mount(mailboat, "c1");
    await waitFor(() => {
      expect(view.current.messages).toHaveLength(1);
    });
    await during(() => view.current.loadOlder());
    expect(view.current.messages.map(({ body }) => body)).toEqual(["m7", "m8", "m9"]);
    expect(view.current.hasOlder).toBe(false);
    expect(asked).toMatchObject([
      { collection: "messages", lane: "c1", before: null },
      { collection: "messages", lane: "c1", before: 9 },
    ]);
  });
});
