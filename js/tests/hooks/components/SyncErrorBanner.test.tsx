import { screen, userEvent, waitFor } from "@testing-library/react-native";
import { errorText, SyncErrorBanner } from "react-native-mailboat/components";
import type { Fault, TestMailboat } from "react-native-mailboat/testing";
import { during, newConversation, openDevice, renderWith } from "../setting";

const NO_ANSWER = "The server could not answer. It is tried again by itself.";

/** What a server says that wants to be left alone for ten minutes. */
const BUSY: Fault = { on: "any", kind: "status", status: 503, retryAfterS: 600, times: null };

/** A device with a conversation that its server does not take. */
async function deviceBeforeABusyServer(): Promise<TestMailboat> {
  const device = await openDevice();
  // It has a token from here on.
  await device.mailboat.sync();
  await device.server.faults([BUSY]);
  await newConversation(device.mailboat);
  await waitFor(() => {
    expect(device.mailboat.status.getSnapshot().error).not.toBeNull();
  });
  return device;
}

describe("SyncErrorBanner", () => {
  it("is not there while nothing is wrong, a missing network included", async () => {
    const device = await openDevice();
    await device.mailboat.sync();
    renderWith(device.mailboat, <SyncErrorBanner />);
    await during(() => device.goOffline());
    expect(device.mailboat.status.getSnapshot().online).toBe(false);
    expect(screen.toJSON()).toBeNull();
  });

  it("says what is wrong, and goes once a person's retry has succeeded", async () => {
    const { mailboat, server } = await deviceBeforeABusyServer();
    renderWith(mailboat, <SyncErrorBanner />);
    expect(screen.getByTestId("error-banner-text")).toHaveTextContent(NO_ANSWER);
    await server.clearFaults();
    await userEvent.press(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => {
      expect(screen.queryByTestId("error-banner")).not.toBeOnTheScreen();
    });
    expect(await server.state()).toMatchObject({ records: { conversations: 1 } });
  });

  it("stays, with its button at rest again, when the retry has not", async () => {
    const { mailboat, server } = await deviceBeforeABusyServer();
    const { requests } = await server.state();
    renderWith(mailboat, <SyncErrorBanner />);
    await userEvent.press(screen.getByTestId("error-banner-retry"));
    await waitFor(async () => {
      const { push = 0 } = (await server.state()).requests;
      expect(push).toBeGreaterThan(requests["push"] ?? 0);
    });
    await waitFor(() => {
      expect(screen.getByTestId("error-banner-retry")).toBeEnabled();
    });
    expect(screen.getByTestId("error-banner-text")).toHaveTextContent(NO_ANSWER);
  });

  it("offers no retry when the engine is closed, which none can mend", async () => {
    const { mailboat } = await openDevice();
    renderWith(mailboat, <SyncErrorBanner />);
    await during(() => mailboat.close());
    await waitFor(() => {
      expect(screen.getByTestId("error-banner-text")).toHaveTextContent(/closed/);
    });
    expect(screen.queryByRole("button")).not.toBeOnTheScreen();
  });

  it("speaks in the app's words", async () => {
    const { mailboat } = await deviceBeforeABusyServer();
    const texts = { error: ({ code }: { code: string }) => `Fehler ${code}`, retry: "Nochmal" };
    renderWith(mailboat, <SyncErrorBanner testID="fehler" texts={texts} />);
    expect(screen.getByTestId("fehler-text")).toHaveTextContent("Fehler NETWORK");
    expect(screen.getByTestId("fehler-retry")).toHaveTextContent("Nochmal");
    const { error } = mailboat.status.getSnapshot();
    expect(error === null ? "" : errorText(error)).toBe(NO_ANSWER);
  });
});
