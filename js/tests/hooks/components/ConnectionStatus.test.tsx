import { screen, waitFor } from "@testing-library/react-native";
import { ManualNetworkSource } from "react-native-mailboat";
import { ConnectionStatus } from "react-native-mailboat/components";
import {
  delivered,
  during,
  newConversation,
  openDevice,
  renderWith,
  writeMessages,
} from "../setting";

async function says(text: string): Promise<void> {
  await waitFor(() => {
    expect(screen.getByTestId("connection-status-text")).toHaveTextContent(text);
  });
  expect(screen.getByTestId("connection-status")).toHaveAccessibleName(text);
}

describe("ConnectionStatus", () => {
  it("says whether it is online, over what, and what waits", async () => {
    const network = new ManualNetworkSource();
    network.set({ kind: "wifi" });
    const { mailboat } = await openDevice({ network });
    const c1 = await newConversation(mailboat);
    await delivered(mailboat);
    renderWith(mailboat, <ConnectionStatus />);
    await says("Online · Wi-Fi");
    network.set({ kind: "none" });
    await says("Offline");
    await during(() => writeMessages(mailboat, c1, 2));
    await says("Offline · 2 to send");
    network.set({ kind: "cellular" });
    await says("Online · cellular");
  });

  it("does not name a network of which nobody has told", async () => {
    const { mailboat } = await openDevice();
    renderWith(mailboat, <ConnectionStatus />);
    await says("Online");
  });

  it("speaks in the app's words", async () => {
    const network = new ManualNetworkSource();
    network.set({ kind: "none" });
    const { mailboat } = await openDevice({ network });
    await newConversation(mailboat);
    const texts = {
      offline: "Getrennt",
      network: (kind: string) => `[${kind}]`,
      pending: (pending: number) => `${pending} warten`,
    };
    renderWith(mailboat, <ConnectionStatus texts={texts} />);
    await says("Getrennt · [none] · 1 warten");
  });
});
