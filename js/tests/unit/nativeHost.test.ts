// The hosts of the web and of a phone. What they find in a real page is shown by the example
// app's suite: there the C++ module stands behind it.

import type * as PhoneHost from "../../src/native/nativeHost.native";
import type * as WebHost from "../../src/native/nativeHost";
import { ScriptedHost } from "./scriptedHost";

const page = globalThis as { __turboModuleProxy?: (name: string) => unknown };

/** The file anew, as a page that is loaded again has it. */
function loaded(): typeof WebHost {
  let web: typeof WebHost | undefined;
  jest.isolateModules(() => {
    // By its full name: as Metro for a phone, Jest would take nativeHost.native.ts.
    web = jest.requireActual<typeof WebHost>("../../src/native/nativeHost.ts");
  });
  if (web === undefined) throw new Error("nativeHost.ts was not loaded.");
  return web;
}

/** The file of a phone anew, in an app that has this module. */
function loadedWith(module: object | null): typeof PhoneHost {
  let phone: typeof PhoneHost | undefined;
  jest.isolateModules(() => {
    jest.doMock("../../src/native/NativeMailboat", () => ({ __esModule: true, default: module }));
    phone = jest.requireActual<typeof PhoneHost>("../../src/native/nativeHost.native.ts");
  });
  if (phone === undefined) throw new Error("nativeHost.native.ts was not loaded.");
  return phone;
}

/** A scripted engine in the form of a native module. */
function moduleOf(host: ScriptedHost): object {
  return {
    open: (config: string) => host.open(config),
    query: (engine: number, request: string) => host.query(engine, request),
    execute: (engine: number, command: string) => host.execute(engine, command),
    watch: (engine: number, request: string) => host.watch(engine, request),
    unwatch: (engine: number, watch: number) => {
      host.unwatch(engine, watch);
    },
    drain: () => host.drain(),
    onWake: (listener: (engine: number) => void) => ({ remove: host.onWake(listener) }),
  };
}

describe("nativeHost on the web", () => {
  afterEach(() => {
    delete page.__turboModuleProxy;
  });

  it("is the module of the registry that the program around the page has installed", () => {
    const scripted = new ScriptedHost();
    const asked: string[] = [];
    page.__turboModuleProxy = (name) => {
      asked.push(name);
      return moduleOf(scripted);
    };
    const { nativeHost } = loaded();
    expect(nativeHost()).toBe(nativeHost());
    expect(asked).toEqual(["Mailboat"]);
    const host = nativeHost();
    host.open("{}");
    const { watch } = JSON.parse(host.watch(1, '{"collection":"messages"}')) as { watch: number };
    host.unwatch(1, watch);
    expect(host.drain(1)).toBe('{"events":[]}');
    expect(scripted.calls).toEqual(["open", "watch messages", "unwatch", "drain"]);
    expect(scripted.watches.size).toBe(0);
  });

  it("hears wakes until it is told to stop", () => {
    const scripted = new ScriptedHost();
    page.__turboModuleProxy = () => moduleOf(scripted);
    const woken: number[] = [];
    const stop = loaded()
      .nativeHost()
      .onWake((engine) => woken.push(engine));
    scripted.wake();
    stop();
    scripted.wake();
    expect(woken).toEqual([1]);
  });

  it("is UNSUPPORTED where there is no registry, or none with this module, until there is", () => {
    const unsupported = expect.objectContaining({ code: "UNSUPPORTED" }) as Error;
    const { nativeHost } = loaded();
    expect(nativeHost).toThrow(unsupported);
    page.__turboModuleProxy = () => null;
    expect(nativeHost).toThrow(unsupported);
    page.__turboModuleProxy = () => moduleOf(new ScriptedHost());
    expect(nativeHost).not.toThrow();
  });
});

describe("nativeHost on a phone", () => {
  afterEach(() => {
    jest.dontMock("../../src/native/NativeMailboat");
  });

  it("is the module of the app, whose answers it hands on", async () => {
    const scripted = new ScriptedHost();
    const { nativeHost } = loadedWith(moduleOf(scripted));
    const host = nativeHost();
    expect(nativeHost()).toBe(host);
    host.open("{}");
    host.query(1, '{"type":"status"}');
    const answer = host.execute(1, '{"type":"sync"}');
    scripted.waiting("sync").resolve(null);
    expect(await answer).toBe("null");
    expect(scripted.calls).toEqual(["open", "query status", "execute sync"]);
  });

  it("is UNSUPPORTED in an app that was built without it", () => {
    const unsupported = expect.objectContaining({ code: "UNSUPPORTED" }) as Error;
    expect(loadedWith(null).nativeHost).toThrow(unsupported);
  });
});
