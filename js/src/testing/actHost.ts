// React's tests want every update of a screen inside `act`. The engine's come whenever a
// thread of it has something to say; this host puts them inside `act`, so that a test
// needs none of its own, and what it awaited is on screen in the next line.

import { act } from "react";
import { closedError } from "../engine/engine";
import type { Host } from "../engine/host";
import { encode } from "../engine/json";
import type { Command } from "../generated/waist";
import { nodeHost } from "../node/host";

const CLOSE = encode({ type: "close" } satisfies Command);

type Listener = (engine: number) => void;

let made: Host | null = null;

/** The engine's host in Node, for tests of React components. */
export function actHost(): Host {
  made ??= make(nodeHost());
  return made;
}

/** Runs something that may update screens. Within `waitFor` and outside of React it just runs. */
export function inAct(run: () => void): void {
  if (isActEnvironment()) act(run);
  else run();
}

function make(host: Host): Host {
  const listeners = new Set<Listener>();
  const closed = new Set<number>();
  const wake = (engine: number): void => {
    inAct(() => {
      for (const listener of [...listeners]) listener(engine);
    });
  };
  return {
    open: (config) => host.open(config),
    query: (engine, request) => host.query(engine, request),
    watch: (engine, request) => host.watch(engine, request),
    unwatch: (engine, watch) => {
      host.unwatch(engine, watch);
    },
    drain(engine) {
      if (closed.has(engine)) throw closedError();
      return host.drain(engine);
    },
    async execute(engine, command) {
      try {
        const answer = await host.execute(engine, command);
        // So that screens hear of the end in the drain below, inside `act`.
        if (command === CLOSE) closed.add(engine);
        return answer;
      } finally {
        // The engine drains before it settles; here that happens one moment earlier.
        wake(engine);
      }
    },
    onWake(listener) {
      listeners.add(listener);
      const stop = host.onWake((engine) => {
        inAct(() => {
          listener(engine);
        });
      });
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
  };
}

/** Set by React Native's Jest preset and by the testing library. */
function isActEnvironment(): boolean {
  const { IS_REACT_ACT_ENVIRONMENT: flag } = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  return flag === true;
}
