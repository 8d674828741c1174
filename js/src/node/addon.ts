// Finds and loads the N-API add-on that holds the engine for Node.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { mailboatError } from "../error";
import type { Host } from "../engine/host";

/** Where the add-on lies, seen from the package's folder. */
const ADDON = join("build", "mailboat.node");

/** What the add-on exports: the waist, and what only tests use. */
export interface Addon extends Host {
  /** Takes `{ dir, port, forgetLedger }` as JSON, answers `{ id, url }` as JSON. */
  startDevServer(options: string): Promise<string>;
  /** Closes the server's listener and connections; its data stays in its folder. */
  stopDevServer(id: number): Promise<void>;
  /** Stops an engine as if the process had been killed: what is not committed is gone. */
  abandon(engine: number): void;
}

let loaded: Addon | null = null;

/** The add-on, loaded once. */
export function addon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  const path = find(__dirname);
  if (path === null) {
    throw mailboatError(
      "UNSUPPORTED",
      `The engine for Node (${ADDON}) is missing. In a checkout of Mailboat, build it with \`npm run setup\`.`,
    );
  }
  // The path is only known here, and Jest replaces `require` with one that loads add-ons too.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(path) as Addon;
}

/** Looks upwards: this file runs from `dist/node` and, in tests, from `js/src/node`. */
function find(folder: string): string | null {
  const path = join(folder, ADDON);
  if (existsSync(path)) return path;
  const above = dirname(folder);
  return above === folder ? null : find(above);
}
