// The engine's host where Metro does not take nativeHost.native.ts in its place: on the web,
// and in Node. A page has the native module where the program around it has installed React
// Native's modules, as the Linux host does. Browsers and Node have none.

import type { Host } from "../engine/host";
import { hostOf } from "./hostOf";
import type { Spec } from "./NativeMailboat";
import { unsupportedHere } from "./unsupported";

/** What React Native's registry asks for its modules; react-native-web has no such registry. */
interface NativeModules {
  readonly __turboModuleProxy?: (name: string) => unknown;
}

let host: Host | null = null;

/**
 * The engine of this page.
 *
 * @throws {@link MailboatError} `UNSUPPORTED` when there are no native modules around it
 */
export function nativeHost(): Host {
  host ??= hostOf(findModule());
  return host;
}

function findModule(): Spec {
  const { __turboModuleProxy: find } = globalThis as NativeModules;
  const module = find?.("Mailboat") ?? null;
  if (module === null) throw unsupportedHere();
  return module as Spec;
}
