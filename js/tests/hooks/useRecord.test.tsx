import { renderHook } from "@testing-library/react-native";
import type { ReactNode } from "react";
import { MailboatProvider, useRecord } from "react-native-mailboat";
import { during, openDevice } from "./setting";

describe("useRecord", () => {
  it("shows one record from the first render on, and renders for no other", async () => {
    const device = await openDevice();
    // An answer of the server's would change how far the record's own writes have come.
    await device.goOffline();
    const { mailboat } = device;
    const { id } = await mailboat.create("conversations", { title: "Crew", memberIds: ["ann"] });
    const other = await mailboat.create("conversations", { title: "Dock", memberIds: ["ann"] });
    const titles: (string | null)[] = [];
    const { result } = renderHook(
      () => {
        const view = useRecord("conversations", id);
        titles.push(view.record?.title ?? null);
        return view;
      },
      {
        wrapper: ({ children }: { readonly children: ReactNode }) => (
          <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>
        ),
      },
    );
    expect(titles[0]).toBe("Crew");
    expect(result.current).toMatchObject({ loading: false, error: null, record: { id } });
    const before = titles.length;
    await during(() => mailboat.update("conversations", other.id, { title: "Yard" }));
    expect(titles).toHaveLength(before);
    await during(() => mailboat.update("conversations", id, { title: "Night watch" }));
    expect(result.current.record?.title).toBe("Night watch");
    await during(() => mailboat.delete("conversations", id));
    expect(result.current).toMatchObject({ record: null, error: null });
  });
});
