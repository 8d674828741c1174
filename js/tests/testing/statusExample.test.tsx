import { configure, render, screen, userEvent, waitFor } from "@testing-library/react-native";
import { Text } from "react-native";
import { MailboatProvider, ManualNetworkSource, useNetworkStatus } from "react-native-mailboat";
import {
  ConnectionStatus,
  SyncErrorBanner,
  SyncStatusIcon,
} from "react-native-mailboat/components";
import { createTestMailboat, type TestMailboat } from "react-native-mailboat/testing";

// What the components show changes once a second at most.
configure({ asyncUtilTimeout: 5_000 });

function Header() {
  const { metered } = useNetworkStatus();
  return (
    <>
      <SyncStatusIcon />
      <ConnectionStatus />
      {metered && <Text>Photos wait for Wi-Fi</Text>}
      <SyncErrorBanner />
    </>
  );
}

describe("the header", () => {
  let ann: TestMailboat;
  let network: ManualNetworkSource;

  beforeEach(async () => {
    network = new ManualNetworkSource();
    network.set({ kind: "wifi" });
    ann = await createTestMailboat({ network });
    await ann.mailboat.sync();
    render(
      <MailboatProvider mailboat={ann.mailboat}>
        <Header />
      </MailboatProvider>,
    );
  });

  afterEach(() => ann.close());

  it("says that there is no network and what waits, and what a phone's network costs", async () => {
    network.set({ kind: "none" });
    await ann.mailboat.create("conversations", { title: "Crew", memberIds: ["ann"] });
    await waitFor(() => screen.getByText("Offline · 1 to send"));
    network.set({ kind: "cellular" });
    await waitFor(() => screen.getByText("Photos wait for Wi-Fi"));
    await waitFor(() => screen.getByLabelText("Everything is synced"));
  });

  it("lets a person try again before the ten minutes that the server has asked for", async () => {
    const busy = { on: "any", kind: "status", status: 503, retryAfterS: 600, times: null } as const;
    await ann.server.faults([busy]);
    await ann.mailboat.create("conversations", { title: "Crew", memberIds: ["ann"] });
    await waitFor(() => screen.getByText(/could not answer/));
    await ann.server.clearFaults();
    await userEvent.press(screen.getByText("Try again"));
    await waitFor(() => {
      expect(screen.queryByRole("alert")).not.toBeOnTheScreen();
    });
  });
});
