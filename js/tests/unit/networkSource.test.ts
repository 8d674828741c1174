import {
  expoNetworkSource,
  ManualNetworkSource,
  netInfoSource,
  type ExpoNetworkState,
  type NetInfoLibraryState,
  type Network,
  type NetworkSource,
} from "../../src";
import { Listeners } from "../../src/engine/cell";

/** What a source says, as long as nobody calls `stop`. */
function hear(source: NetworkSource): { readonly heard: Network[]; readonly stop: () => void } {
  const heard: Network[] = [];
  return { heard, stop: source.subscribe((network) => heard.push(network)) };
}

describe("ManualNetworkSource", () => {
  const wifi: Network = { kind: "wifi" };
  const none: Network = { kind: "none" };

  it("says nothing before it is told, and then each word to everyone", () => {
    const source = new ManualNetworkSource();
    const [early, other] = [hear(source), hear(source)];
    expect(early.heard).toEqual([]);
    source.set(none);
    source.set(wifi);
    expect(early.heard).toEqual([none, wifi]);
    expect(other.heard).toEqual([none, wifi]);
    expect(source.current).toBe(wifi);
  });

  it("says at once what it was told before, and nothing to who has left", () => {
    const source = new ManualNetworkSource();
    source.set(none);
    const { heard, stop } = hear(source);
    stop();
    source.set(wifi);
    expect(heard).toEqual([none]);
  });

  it("passes on what the source behind it says, but for what is set", () => {
    const behind = new ManualNetworkSource();
    const source = new ManualNetworkSource(behind);
    const { heard } = hear(source);
    behind.set(wifi);
    source.set(none);
    behind.set({ kind: "cellular" });
    source.set(null);
    expect(heard).toEqual([wifi, none, { kind: "cellular" }]);
    expect(source.current).toBeNull();
  });

  it("knows no network when nobody does any more", () => {
    const source = new ManualNetworkSource();
    const { heard } = hear(source);
    source.set(none);
    source.set(null);
    expect(heard).toEqual([none, { kind: "unknown" }]);
  });

  it("leaves the source behind it when it is left", () => {
    const behind = new ManualNetworkSource();
    const { heard, stop } = hear(new ManualNetworkSource(behind));
    stop();
    behind.set(wifi);
    expect(heard).toEqual([]);
  });
});

/** expo-network as it behaves: an answer that takes a while, and events. */
class ExpoNetwork {
  private readonly events = new Listeners<[ExpoNetworkState]>();
  answer: (state: ExpoNetworkState) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  readonly getNetworkStateAsync = (): Promise<ExpoNetworkState> =>
    new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });

  readonly addNetworkStateListener = (
    listener: (state: ExpoNetworkState) => void,
  ): { remove(): void } => ({ remove: this.events.add(listener) });

  emit(state: ExpoNetworkState): void {
    this.events.notify(state);
  }

  get listening(): number {
    return this.events.size;
  }
}

/** Lets what has been answered arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

describe("expoNetworkSource", () => {
  it.each<[ExpoNetworkState, Network]>([
    [
      { type: "WIFI", isInternetReachable: true },
      { kind: "wifi", validated: true },
    ],
    [
      { type: "WIFI", isInternetReachable: false },
      { kind: "wifi", validated: false },
    ],
    [{ type: "CELLULAR" }, { kind: "cellular" }],
    [{ type: "ETHERNET" }, { kind: "ethernet" }],
    [{ type: "NONE", isInternetReachable: false }, { kind: "none" }],
    [
      { type: "VPN", isInternetReachable: true },
      { kind: "other", validated: true },
    ],
    [{ type: "BLUETOOTH" }, { kind: "other" }],
    // The web's word for "there is one".
    [
      { type: "UNKNOWN", isInternetReachable: true },
      { kind: "unknown", validated: true },
    ],
    // The phone's word for "no idea".
    [{ type: "UNKNOWN", isInternetReachable: false }, { kind: "unknown" }],
    [{}, { kind: "unknown" }],
  ])("takes %j for %j", (state, network) => {
    const library = new ExpoNetwork();
    const { heard } = hear(expoNetworkSource(library));
    library.emit(state);
    expect(heard).toEqual([network]);
  });

  it("says the state it begins with, and each one after", async () => {
    const library = new ExpoNetwork();
    const { heard } = hear(expoNetworkSource(library));
    library.answer({ type: "WIFI" });
    await settle();
    library.emit({ type: "NONE" });
    expect(heard).toEqual([{ kind: "wifi" }, { kind: "none" }]);
  });

  it("drops an answer that an event has overtaken", async () => {
    const library = new ExpoNetwork();
    const { heard } = hear(expoNetworkSource(library));
    library.emit({ type: "NONE" });
    library.answer({ type: "WIFI" });
    await settle();
    expect(heard).toEqual([{ kind: "none" }]);
  });

  it("knows no network when the library cannot say", async () => {
    const library = new ExpoNetwork();
    const { heard } = hear(expoNetworkSource(library));
    library.fail(new Error("no permission"));
    await settle();
    expect(heard).toEqual([{ kind: "unknown" }]);
  });

  it("listens no more once it is left, and drops the answer it asked for", async () => {
    const library = new ExpoNetwork();
    const { heard, stop } = hear(expoNetworkSource(library));
    expect(library.listening).toBe(1);
    stop();
    library.answer({ type: "WIFI" });
    await settle();
    expect(library.listening).toBe(0);
    expect(heard).toEqual([]);
  });
});

describe("netInfoSource", () => {
  const details = { isConnectionExpensive: false };

  it.each<[NetInfoLibraryState, Network]>([
    [
      { type: "wifi", isInternetReachable: true, details },
      { kind: "wifi", metered: false, validated: true },
    ],
    [
      { type: "wifi", isInternetReachable: null, details: { isConnectionExpensive: true } },
      { kind: "wifi", metered: true },
    ],
    [
      { type: "cellular", isInternetReachable: false, details },
      { kind: "cellular", metered: false, validated: false },
    ],
    [{ type: "none", isInternetReachable: false, details: null }, { kind: "none" }],
    [{ type: "unknown", isInternetReachable: null, details: null }, { kind: "unknown" }],
    [
      { type: "vpn", isInternetReachable: true, details: {} },
      { kind: "other", validated: true },
    ],
  ])("takes %j for %j", (state, network) => {
    const events = new Listeners<[NetInfoLibraryState]>();
    const { heard, stop } = hear(netInfoSource({ addEventListener: (call) => events.add(call) }));
    events.notify(state);
    expect(heard).toEqual([network]);
    stop();
    expect(events.size).toBe(0);
  });
});
