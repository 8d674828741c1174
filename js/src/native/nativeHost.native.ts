// The engine's host on a phone: the native module, as React Native's registry has it.

import type { Host } from "../engine/host";
import { hostOf } from "./hostOf";
import NativeMailboat from "./NativeMailboat";
import { unsupportedHere } from "./unsupported";

let host: Host | null = null;

/**
 * The engine of this app.
 *
 * @throws {@link MailboatError} `UNSUPPORTED` when the native part is not in the app
 */
export function nativeHost(): Host {
  if (NativeMailboat === null) throw unsupportedHere();
  host ??= hostOf(NativeMailboat);
  return host;
}
