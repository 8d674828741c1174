// What a program finds in its global scope on every host of this suite: Node, and the
// console host of cpp/host/console on JavaScriptCore and Hermes. There is nothing else:
// no files, no network, no modules.

import type { Host } from "../../src/engine/host";
import { nativeHost } from "../../src/native/nativeHost";

/** The global object of the hosts. */
interface ConsoleHost {
  /** The engine's own name and version, said by the engine itself. */
  readonly engine: string;
  /** The words after the bundle on the command line. */
  readonly args: readonly string[];
  /** Which part of the bundle a second runtime is to run; `null` in the first one. */
  readonly scenario: { readonly name: string; readonly arg: string } | null;
  /**
   * Runs a scenario in a JavaScript runtime of its own, on a thread of its own. Resolves
   * with what it gave to `finish`, after that runtime was destroyed with whatever it had in
   * flight; rejects when an error ended it.
   */
  runInNewRuntime(name: string, arg: string): Promise<string>;
  /** Ends the runtime of a scenario after the current task. */
  finish(result: string): void;
  /** Ends the program after the current task. */
  exit(code: number): void;
  /** The waist, on Node only: elsewhere a TurboModule has it. */
  readonly host?: Host;
}

declare const consoleHost: ConsoleHost;

/** The host of this run. */
export const here: ConsoleHost = consoleHost;

/** The waist as this host implements it. */
export const platformHost: Host = here.host ?? nativeHost();
