// The engine's host on a phone: the native module, in the form that the rest of the package
// knows. The only file besides the specification that knows TurboModules.

import { unsupportedHere } from "./unsupported";
import type { Host } from "../engine/host";
import NativeMailboat, { type Spec } from "./NativeMailboat";

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

function hostOf(module: Spec): Host {
  return {
    open: (config) => module.open(config),
    query: (engine, request) => module.query(engine, request),
    watch: (engine, request) => module.watch(engine, request),
    unwatch: (engine, watch) => {
      module.unwatch(engine, watch);
    },
    execute: (engine, command) => module.execute(engine, command),
    drain: (engine) => module.drain(engine),
    onWake: (listener) => {
      const subscription = module.onWake(listener);
      return () => {
        subscription.remove();
      };
    },
  };
}
