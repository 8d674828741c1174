import { screen, waitFor } from "@testing-library/react-native";
import { useColorScheme } from "react-native";
import {
  darkStatusTheme,
  lightStatusTheme,
  SyncStatusIcon,
} from "react-native-mailboat/components";
import {
  delivered,
  during,
  newConversation,
  openDevice,
  renderWith,
  writeMessages,
} from "../setting";
import { SlowBackend } from "../backends";

async function says(label: string): Promise<void> {
  await waitFor(() => {
    expect(screen.getByTestId("status-icon")).toHaveAccessibleName(label);
  });
}

/** The colours that are drawn with, now. */
function drawn(): string {
  return JSON.stringify(screen.toJSON());
}

describe("SyncStatusIcon", () => {
  it("says that everything is synced", async () => {
    const { mailboat } = await openDevice();
    renderWith(mailboat, <SyncStatusIcon />);
    await mailboat.sync();
    await waitFor(() => {
      expect(screen.getByRole("img")).toHaveAccessibleName("Everything is synced");
      expect(drawn()).toContain(lightStatusTheme.good);
    });
  });

  it("says that there is no network, and what waits for it", async () => {
    const device = await openDevice();
    const c1 = await newConversation(device.mailboat);
    await delivered(device.mailboat);
    renderWith(device.mailboat, <SyncStatusIcon />);
    await during(() => device.goOffline());
    await says("Offline");
    await during(() => writeMessages(device.mailboat, c1, 2));
    await says("Offline, 2 to send");
    await during(() => device.goOnline());
    await says("Everything is synced");
  });

  it("says that something waits for a server that wants to be left alone", async () => {
    const device = await openDevice();
    await device.server.faults([{ on: "push", kind: "status", status: 503, retryAfterS: 600 }]);
    renderWith(device.mailboat, <SyncStatusIcon />);
    await during(() => newConversation(device.mailboat));
    await says("1 to send");
  });

  it("says that something was refused, in the colour of an error", async () => {
    const device = await openDevice();
    await device.server.faults([{ on: "push", kind: "entry", outcome: "rejected" }]);
    renderWith(device.mailboat, <SyncStatusIcon />);
    await during(() => newConversation(device.mailboat));
    await waitFor(() => {
      expect(screen.getByRole("img")).toHaveAccessibleName("1 could not be sent");
      expect(drawn()).toContain(lightStatusTheme.error);
    });
  });

  it("fills as a long push comes on", async () => {
    const backend = new SlowBackend(1);
    const device = await openDevice({ backend });
    await device.goOffline();
    const c1 = await newConversation(device.mailboat);
    await writeMessages(device.mailboat, c1, 250);
    renderWith(device.mailboat, <SyncStatusIcon />);
    await during(() => device.goOnline());
    await waitFor(() => {
      expect(screen.getByRole("progressbar")).toHaveAccessibleName(/^Sending \d+ of \d+$/);
    });
    const { progress } = device.mailboat.status.getSnapshot();
    const percent = Math.round((100 * (progress?.done ?? 0)) / (progress?.total ?? 1));
    expect(percent).toBeGreaterThan(0);
    expect(screen.getByRole("progressbar")).toHaveAccessibilityValue({
      min: 0,
      max: 100,
      now: percent,
    });
    backend.open();
    await says("Everything is synced");
    expect(screen.queryByRole("progressbar")).not.toBeOnTheScreen();
  });

  it("takes the app's words, colours and name, and the dark ones on a dark device", async () => {
    const { mailboat } = await openDevice();
    await mailboat.sync();
    jest.mocked(useColorScheme).mockReturnValue("dark");
    const { unmount } = renderWith(mailboat, <SyncStatusIcon />);
    await waitFor(() => {
      expect(drawn()).toContain(darkStatusTheme.good);
    });
    unmount();
    jest.mocked(useColorScheme).mockReturnValue("light");
    renderWith(
      mailboat,
      <SyncStatusIcon
        size={32}
        testID="boat"
        texts={{ synced: "Alles gesendet" }}
        theme={{ good: "#123456" }}
      />,
    );
    await waitFor(() => {
      expect(screen.getByTestId("boat")).toHaveAccessibleName("Alles gesendet");
      expect(drawn()).toContain("#123456");
    });
  });
});
