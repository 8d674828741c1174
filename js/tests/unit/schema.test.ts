// Mostly for the compiler: what an app may write follows from its schema.

import { createMailboat, messagingSchema } from "../../src";
import type { Conversation, Message, MessagingCollections, RowOf } from "../../src";
import { ScriptedHost } from "./scriptedHost";

const schema = {
  collections: [
    {
      name: "todos",
      columns: [
        { name: "title", type: "text" },
        { name: "done", type: "boolean" },
        { name: "tags", type: "json", optional: true },
      ],
      indexes: [["done"]],
    },
  ],
} as const;

function host(): ScriptedHost {
  const made = new ScriptedHost();
  made.execute = () => Promise.resolve('{"id":"x","entry":"e"}');
  return made;
}

describe("the types of an app's schema", () => {
  it("say which collections and columns there are", async () => {
    const todos = createMailboat({ path: "/todos.db", schema, host: host() });
    await todos.create("todos", { title: "Caulk the hull", done: false });
    await todos.create("todos", { title: "Caulk", done: false, tags: null });
    await todos.update("todos", "x", { done: true });
    // @ts-expect-error a column is missing
    await todos.create("todos", { title: "Caulk the hull" });
    // @ts-expect-error a column has another type
    await todos.update("todos", "x", { done: "yes" });
    // @ts-expect-error there is no such collection
    await todos.delete("messages", "x");
    // @ts-expect-error there is no such column
    todos.watch({ collection: "todos", orderBy: { column: "size" }, limit: 5 });
    const { rows } = todos
      .watch({ collection: "todos", where: { done: true }, limit: 5 })
      .getSnapshot();
    const titles: string[] = rows.map(({ title }) => title);
    expect(titles).toEqual([]);
  });

  it("follow from a schema written in the call, too", () => {
    const inline = createMailboat({
      path: "/notes.db",
      schema: { collections: [{ name: "notes", columns: [{ name: "text", type: "text" }] }] },
      host: host(),
    });
    // @ts-expect-error there is no such collection
    inline.watch({ collection: "todos", limit: 5 });
    expect(inline.watch({ collection: "notes", where: { text: "x" }, limit: 5 })).toBeDefined();
  });

  it("follow from a config that is spread or named, too", async () => {
    const base = { path: "/spread.db", schema, host: host() } as const;
    const spread = createMailboat({ ...base, userId: "ann" });
    await spread.create("todos", { title: "Caulk the hull", done: false });
    const named = createMailboat(base);
    // @ts-expect-error there is no such collection
    named.watch({ collection: "messages", limit: 5 });
    expect(named.watch({ collection: "todos", limit: 5 })).toBeDefined();
  });

  it("hold for messaging beside the app's own collections", () => {
    const both = createMailboat({
      path: "/both.db",
      schema: { collections: [...messagingSchema.collections, ...schema.collections] },
      host: host(),
    });
    const { rows } = both.watch({ collection: "messages", limit: 5 }).getSnapshot();
    const bodies: string[] = rows.map(({ body }) => body);
    const conversations: readonly Conversation[] = both
      .watch({ collection: "conversations", limit: 5 })
      .getSnapshot().rows;
    expect(conversations).toEqual([]);
    // @ts-expect-error members are a list of ids
    void both.create("conversations", { title: "Crew", memberIds: 5 });
    // @ts-expect-error a message has no such column
    both.watch({ collection: "messages", where: { done: true }, limit: 5 });
    expect(bodies).toEqual([]);
  });

  it("of messaging are those of the schema that ships", () => {
    const columns: Record<keyof MessagingCollections, Record<string, string>> = {
      conversations: { title: "text", memberIds: "json" },
      messages: { conversationId: "text", senderId: "text", body: "text", sentAt: "integer" },
    };
    const shipped = messagingSchema.collections.map(({ columns, name }) => [
      name,
      Object.fromEntries(columns.map((column) => [column.name, column.type])),
    ]);
    expect(Object.fromEntries(shipped)).toEqual(columns);
    const message: RowOf<MessagingCollections, "messages"> = {
      id: "m1",
      delivery: "sent",
      conversationId: "c1",
      senderId: "ann",
      body: "Ahoy",
      sentAt: 1,
    };
    const same: Message = message;
    expect(same.body).toBe("Ahoy");
  });
});
