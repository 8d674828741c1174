// The engine's host where there is no native module: Node, and the web. Metro and Jest take
// nativeHost.native.ts in its place.

import { unsupportedHere } from "./unsupported";
import type { Host } from "../engine/host";

/** @throws {@link MailboatError} `UNSUPPORTED`, always */
export function nativeHost(): Host {
  throw unsupportedHere();
}
