import { renderHook, waitFor } from "@testing-library/react-native";
import {
  MailboatProvider,
  ManualNetworkSource,
  useNetworkStatus,
  type Mailboat,
  type NetworkStatus,
} from "react-native-mailboat";
import { delivered, during, newConversation, openDevice, writeMessages } from "./setting";

/** Comings and goings after which the engine calls a network flapping. */
const FLAPS = 4;

/** The network in each render. */
function mount(mailboat: Mailboat): Readonly<NetworkStatus>[] {
  const renders: Readonly<NetworkStatus>[] = [];
  renderHook(
    () => {
      renders.push(useNetworkStatus());
    },
    {
      wrapper: ({ children }) => (
        <MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>
      ),
    },
  );
  return renders;
}

describe("useNetworkStatus", () => {
  let network: ManualNetworkSource;

  beforeEach(() => {
    network = new ManualNetworkSource();
  });

  it("says what the source in the config says, and what follows from it", async () => {
    const { mailboat } = await openDevice({ network });
    const renders = mount(mailboat);
    expect(renders).toMatchObject([{ kind: "unknown", metered: true, stability: "stable" }]);
    network.set({ kind: "cellular" });
    await waitFor(() => {
      expect(renders.at(-1)).toMatchObject({ kind: "cellular", metered: true });
    });
    network.set({ kind: "wifi", metered: true });
    await waitFor(() => {
      expect(renders.at(-1)).toMatchObject({ kind: "wifi", metered: true });
    });
  });

  it("says that a network does not stay", async () => {
    const { mailboat } = await openDevice({ network });
    const renders = mount(mailboat);
    for (let flap = 0; flap < FLAPS; flap += 1) {
      network.set({ kind: flap % 2 === 0 ? "none" : "wifi" });
    }
    await waitFor(() => {
      expect(renders.at(-1)).toMatchObject({ kind: "wifi", stability: "flapping" });
    });
  });

  it("renders only when the network changes, whatever else the status says", async () => {
    network.set({ kind: "none" });
    const { mailboat } = await openDevice({ network });
    const c1 = await newConversation(mailboat);
    const renders = mount(mailboat);
    await during(() => writeMessages(mailboat, c1, 3));
    expect(mailboat.status.getSnapshot().pending).toBe(4);
    expect(renders).toHaveLength(1);
  });
});

describe("a network source", () => {
  it("decides what the engine sends, from before the first write on", async () => {
    const network = new ManualNetworkSource();
    network.set({ kind: "none" });
    const { mailboat, server } = await openDevice({ network });
    const c1 = await newConversation(mailboat);
    await mailboat.sendMessage(c1, "Ahoy");
    expect(mailboat.status.getSnapshot()).toMatchObject({ online: false, pending: 2 });
    expect((await server.state()).records).toEqual({});
    network.set({ kind: "wifi" });
    await delivered(mailboat);
    expect((await server.state()).records).toMatchObject({ messages: 1 });
  });

  it("is followed by the engine after a restart as well", async () => {
    const network = new ManualNetworkSource();
    network.set({ kind: "cellular" });
    const device = await openDevice({ network });
    await device.restart();
    await waitFor(() => {
      expect(device.mailboat.status.getSnapshot().network.kind).toBe("cellular");
    });
  });
});
