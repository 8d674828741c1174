// The native module in the form that the rest of the package knows.

import type { Host } from "../engine/host";
import type { Spec } from "./NativeMailboat";

export function hostOf(module: Spec): Host {
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
