// How a network source reaches the engine: what is told, how often, and until when.

import { createMailboat, ManualNetworkSource, type Mailboat, type NetworkSource } from "../../src";
import { hostError, ScriptedHost } from "./scriptedHost";

/** The same config, with another source or with none. */
function open(host: ScriptedHost, network?: NetworkSource): Mailboat {
  return createMailboat({ path: "/scripted.db", host, ...(network !== undefined && { network }) });
}

/** What the engine was told of the network. */
function told(host: ScriptedHost): unknown[] {
  const commands = host.executing.map(({ command }) => command);
  return commands.filter(({ type }) => type === "setNetwork").map(({ network }) => network);
}

describe("a network source in the config", () => {
  let host: ScriptedHost;
  let network: ManualNetworkSource;

  beforeEach(() => {
    host = new ScriptedHost();
    network = new ManualNetworkSource();
  });

  it("tells the engine each network that differs from the one before", () => {
    network.set({ kind: "wifi" });
    open(host, network);
    network.set({ kind: "wifi" });
    network.set({ kind: "wifi", metered: true });
    network.set({ kind: "none" });
    expect(told(host)).toEqual([
      { kind: "wifi" },
      { kind: "wifi", metered: true },
      { kind: "none" },
    ]);
  });

  it("is asked once a session, however often the same config is opened", () => {
    let subscriptions = 0;
    const counted: NetworkSource = {
      subscribe: (listener) => {
        subscriptions += 1;
        return network.subscribe(listener);
      },
    };
    open(host, counted);
    open(host, counted);
    network.set({ kind: "none" });
    expect(subscriptions).toBe(1);
    expect(told(host)).toEqual([{ kind: "none" }]);
  });

  it("makes room for another one, and then says nothing any more", () => {
    const next = new ManualNetworkSource();
    next.set({ kind: "cellular" });
    open(host, network);
    network.set({ kind: "wifi" });
    open(host, next);
    network.set({ kind: "none" });
    expect(told(host)).toEqual([{ kind: "wifi" }, { kind: "cellular" }]);
  });

  it("leaves the network unknown when it is taken away", () => {
    network.set({ kind: "none" });
    open(host, network);
    open(host);
    network.set({ kind: "wifi" });
    expect(told(host)).toEqual([{ kind: "none" }, { kind: "unknown" }]);
  });

  it("is left when the engine closes", async () => {
    let isLeft = false;
    const mailboat = open(host, {
      subscribe: () => () => {
        isLeft = true;
      },
    });
    const closing = mailboat.close();
    expect(isLeft).toBe(false);
    host.waiting("close").resolve(null);
    await closing;
    expect(isLeft).toBe(true);
  });

  it("that speaks after it was left is not heard", () => {
    let speak: Parameters<NetworkSource["subscribe"]>[0] = () => undefined;
    open(host, {
      subscribe: (listener) => {
        speak = listener;
        return () => undefined;
      },
    });
    open(host, network);
    speak({ kind: "none" });
    expect(told(host)).toEqual([]);
  });
});

describe("a network source that fails", () => {
  let reported: (() => void)[];

  beforeEach(() => {
    reported = [];
    jest.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
      reported.push(task);
    });
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it("keeps no engine from opening or closing, and its errors are the app's to report", async () => {
    const host = new ScriptedHost();
    const mailboat = open(host, {
      subscribe: () => {
        throw new Error("not linked");
      },
    });
    expect(reported[0]).toThrow("not linked");
    open(host, {
      subscribe: () => () => {
        throw new Error("too late");
      },
    });
    const closing = mailboat.close();
    host.waiting("close").resolve(null);
    await closing;
    expect(reported[1]).toThrow("too late");
    expect(mailboat.state.getSnapshot().kind).toBe("closed");
  });

  it("hears of a network that does not exist, but not of an engine that is gone", async () => {
    const [host, network] = [new ScriptedHost(), new ManualNetworkSource()];
    open(host, network);
    network.set({ kind: "none" });
    host.waiting("setNetwork").reject(hostError("CLOSED"));
    network.set({ kind: "pigeon" as "other" });
    host.waiting("setNetwork").reject(hostError("INVALID_ARGUMENT"));
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(reported).toHaveLength(1);
    expect(reported[0]).toThrow("It is INVALID_ARGUMENT.");
  });
});
