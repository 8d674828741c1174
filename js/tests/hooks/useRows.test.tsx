import { renderHook, waitFor } from "@testing-library/react-native";
import type { ReactNode } from "react";
import {
  MailboatProvider,
  useConversations,
  useRows,
  type CollectionsOf,
  type MessagingCollections,
} from "react-native-mailboat";
import { createTestMailboat } from "react-native-mailboat/testing";
import { delivered, during, openDevice } from "./setting";

const schema = {
  collections: [
    {
      name: "todos",
      columns: [
        { name: "title", type: "text" },
        { name: "rank", type: "integer" },
        { name: "done", type: "boolean" },
        { name: "tags", type: "json", optional: true },
      ],
      indexes: [["done"]],
    },
  ],
} as const;
type Todos = CollectionsOf<typeof schema>;

describe("useRows", () => {
  it("shows a window on the app's own collection, filtered and in order", async () => {
    const device = await createTestMailboat({ schema });
    try {
      const { mailboat } = device;
      await device.goOffline();
      await mailboat.create("todos", { title: "Caulk", rank: 2, done: false, tags: ["hull"] });
      await mailboat.create("todos", { title: "Paint", rank: 1, done: false });
      await mailboat.create("todos", { title: "Launch", rank: 3, done: true });
      const { result } = renderHook(
        () =>
          useRows<Todos, "todos">({
            collection: "todos",
            where: { done: false },
            orderBy: { column: "rank" },
            limit: 10,
          }),
        {
          wrapper: ({ children }: { readonly children: ReactNode }) => (
            <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>
          ),
        },
      );
      expect(result.current).toMatchObject({ more: false, loading: false, error: null });
      expect(result.current.rows).toMatchObject([
        { title: "Paint", tags: null },
        { title: "Caulk", tags: ["hull"] },
      ]);
      const [paint] = result.current.rows;
      await during(() => mailboat.update("todos", paint?.id ?? "", { rank: 9 }));
      expect(result.current.rows.map(({ title }) => title)).toEqual(["Caulk", "Paint"]);
      await during(() => mailboat.update("todos", paint?.id ?? "", { done: true }));
      expect(result.current.rows.map(({ title }) => title)).toEqual(["Caulk"]);
    } finally {
      await device.close();
    }
  });

  it("says with a typed error that a window cannot be", async () => {
    const { mailboat } = await openDevice();
    const { result } = renderHook(
      () => useRows<MessagingCollections, "messages">({ collection: "messages", limit: 501 }),
      {
        wrapper: ({ children }: { readonly children: ReactNode }) => (
          <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>
        ),
      },
    );
    expect(result.current).toMatchObject({ rows: [], error: { code: "INVALID_ARGUMENT" } });
    expect(mailboat.counters().watches).toBe(0);
  });
});

describe("useConversations", () => {
  it("shows those of this device, and what others add", async () => {
    const ann = await openDevice();
    const ben = await ann.another("ben");
    const { result } = renderHook(() => useConversations(), {
      wrapper: ({ children }: { readonly children: ReactNode }) => (
        <MailboatProvider mailboat={ann.mailboat}>{children}</MailboatProvider>
      ),
    });
    const mine = { title: "Crew", memberIds: ["ann", "ben"] };
    await during(() => ann.mailboat.create("conversations", mine));
    expect(result.current.conversations).toMatchObject([mine]);
    await delivered(ann.mailboat);
    await during(() =>
      ben.mailboat.create("conversations", { title: "Galley", memberIds: ["ben", "ann"] }),
    );
    await waitFor(() => {
      expect(result.current.conversations.map(({ title }) => title)).toEqual(["Crew", "Galley"]);
    });
    expect(result.current).toMatchObject({ more: false, error: null });
  });
});
