// Mounting, leaving, coming back: what watches are left behind and what is still shown.

import { render, renderAsync, renderHook, waitFor } from "@testing-library/react-native";
import { Activity, StrictMode, Suspense, use, type ReactElement } from "react";
import { MailboatProvider, useMailboat, useMessages, type Mailboat } from "react-native-mailboat";
import {
  during,
  newConversation,
  openDevice,
  renderWith,
  Screen,
  Shown,
  writeMessages,
} from "./setting";

async function watches(mailboat: Mailboat, count: number): Promise<void> {
  await waitFor(() => {
    expect(mailboat.counters().watches).toBe(count);
  });
}

describe("a screen", () => {
  it("leaves no watch behind when it unmounts", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    const { unmount } = renderWith(mailboat, <Screen conversationId={c1} shown={new Shown()} />);
    await watches(mailboat, 1);
    unmount();
    await watches(mailboat, 0);
  });

  it("in StrictMode has one watch, and leaves none behind", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    const shown = new Shown();
    const { unmount } = render(
      <StrictMode>
        <MailboatProvider mailboat={mailboat}>
          <Screen conversationId={c1} shown={shown} />
        </MailboatProvider>
      </StrictMode>,
    );
    await during(() => mailboat.sendMessage(c1, "Ahoy"));
    expect(shown.bodies).toEqual(["Ahoy"]);
    await watches(mailboat, 1);
    unmount();
    await watches(mailboat, 0);
  });

  it("that suspends before it ever mounts leaves no watch behind", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    const never = new Promise<never>(() => undefined);
    function Suspends(): ReactElement {
      useMessages(c1);
      return use(never);
    }
    await renderAsync(
      <MailboatProvider mailboat={mailboat}>
        <Suspense fallback={null}>
          <Suspends />
        </Suspense>
      </MailboatProvider>,
    );
    // A later command shows that the engine has heard of every watch before it.
    await mailboat.setAppState("foreground");
    expect(mailboat.counters().watches).toBe(0);
  });

  it("that comes back at once finds its watch and its rows as they were", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 3);
    const [before, after] = [new Shown(), new Shown()];
    renderWith(mailboat, <Screen conversationId={c1} shown={before} />).unmount();
    renderWith(mailboat, <Screen conversationId={c1} shown={after} />);
    expect(after.now[0]).toBe(before.now[0]);
    await watches(mailboat, 1);
  });

  it("that was hidden for long shows what has happened since, and watches again", async () => {
    const device = await openDevice();
    await device.goOffline();
    const { mailboat } = device;
    const c1 = await newConversation(mailboat);
    await writeMessages(mailboat, c1, 2);
    const shown = new Shown();
    const tree = (mode: "visible" | "hidden"): ReactElement => (
      <MailboatProvider mailboat={mailboat}>
        <Activity mode={mode}>
          <Screen conversationId={c1} shown={shown} />
        </Activity>
      </MailboatProvider>
    );
    const { rerender } = render(tree("visible"));
    const [first] = shown.now;
    await watches(mailboat, 1);
    rerender(tree("hidden"));
    await watches(mailboat, 0);
    await mailboat.sendMessage(c1, "meanwhile");
    rerender(tree("visible"));
    await waitFor(() => {
      expect(shown.bodies).toEqual(["1", "2", "meanwhile"]);
    });
    expect(shown.now[0]).toBe(first);
    await watches(mailboat, 1);
  });

  it("shows the same rows after the app was killed and started again", async () => {
    const device = await openDevice();
    await device.goOffline();
    const c1 = await newConversation(device.mailboat);
    await writeMessages(device.mailboat, c1, 3);
    const shown = new Shown();
    const { rerender } = renderWith(device.mailboat, <Screen conversationId={c1} shown={shown} />);
    await during(async () => {
      device.kill();
      await device.restart();
    });
    rerender(
      <MailboatProvider mailboat={device.mailboat}>
        <Screen conversationId={c1} shown={shown} />
      </MailboatProvider>,
    );
    expect(shown.bodies).toEqual(["1", "2", "3"]);
    await during(() => device.mailboat.sendMessage(c1, "4"));
    expect(shown.bodies).toEqual(["1", "2", "3", "4"]);
  });

  it("keeps its rows and says why when the engine is closed below it", async () => {
    const { mailboat } = await openDevice();
    const c1 = await newConversation(mailboat);
    await mailboat.sendMessage(c1, "Ahoy");
    const { result } = renderHook(() => useMessages(c1), {
      wrapper: ({ children }) => (
        <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>
      ),
    });
    await during(() => mailboat.close());
    expect(result.current.messages).toMatchObject([{ body: "Ahoy" }]);
    expect(result.current.error).toMatchObject({ code: "CLOSED" });
    await expect(result.current.send("too late")).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("useMailboat", () => {
  it("answers the engine of the nearest provider", async () => {
    const [outer, inner] = [await openDevice(), await openDevice()];
    const { result } = renderHook(() => useMailboat(), {
      wrapper: ({ children }) => (
        <MailboatProvider mailboat={outer.mailboat}>
          <MailboatProvider mailboat={inner.mailboat}>{children}</MailboatProvider>
        </MailboatProvider>
      ),
    });
    expect(result.current).toBe(inner.mailboat);
  });

  it("says what to do when there is no provider", () => {
    const silenced = jest.spyOn(console, "error").mockImplementation(() => undefined);
    expect(() => renderHook(() => useMailboat())).toThrow(/<MailboatProvider>/);
    silenced.mockRestore();
  });
});
