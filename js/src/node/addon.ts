// Finds and loads the N-API add-on that holds the engine for Node.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { mailboatError } from "../error";
import type { Host } from "../engine/host";
import { platformName, prebuiltPackage, thisMachine } from "./prebuilt";
import type { Machine } from "./prebuilt";

/** Where a checkout keeps the add-on, seen from the package's folder. */
const BUILT = join("build", "mailboat.node");
/** Names an add-on that was built from source, and goes before every other. */
const VARIABLE = "MAILBOAT_NODE_ADDON";
const FROM_SOURCE =
  "Or build it from source: run `scripts/build-node.sh` in a checkout of Mailboat and put the " +
  `path that it prints into ${VARIABLE}.`;

/** What the add-on exports: the waist, and what only tests use. */
export interface Addon extends Host {
  /** Takes `{ dir, port, forgetLedger }` as JSON, answers `{ id, url }` as JSON. */
  startDevServer(options: string): Promise<string>;
  /** Closes the server's listener and connections; its data stays in its folder. */
  stopDevServer(id: number): Promise<void>;
  /** Stops an engine as if the process had been killed: what is not committed is gone. */
  abandon(engine: number): void;
}

/** Where the add-on may be. */
export interface Surroundings {
  /** What {@link VARIABLE} says. */
  named: string | undefined;
  /** A folder of the package. */
  folder: string;
  machine: () => Machine;
  /** The file behind a package's name; null when it is not installed. */
  installed: (name: string) => string | null;
}

let loaded: Addon | null = null;

/** The add-on, loaded once. */
export function addon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  const file = findAddon({
    named: process.env[VARIABLE],
    folder: __dirname,
    machine: thisMachine,
    installed,
  });
  try {
    // The path is only known here, and Jest replaces `require` with one that loads add-ons too.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(file) as Addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unsupported(`The engine for Node (${file}) does not load here: ${reason}.`);
  }
}

/** The add-on's file: the one that is named, the checkout's own, or that of the prebuilt package. */
export function findAddon({ named, folder, machine, installed }: Surroundings): string {
  if (named !== undefined && named !== "") {
    const file = resolve(named);
    if (existsSync(file)) return file;
    throw unsupported(`${VARIABLE} names ${file}, and no file is there.`);
  }
  const built = join(packageFolder(folder), BUILT);
  if (existsSync(built)) return built;

  const here = machine();
  const name = prebuiltPackage(here);
  if (name === null) {
    throw unsupported(`No package brings the engine for Node on ${platformName(here)}.`);
  }
  const file = installed(name);
  if (file !== null) return file;
  throw unsupported(
    `The engine for Node is missing: the package ${name} is not installed. It is an optional ` +
      "dependency of react-native-mailboat, which npm leaves out when it is told so " +
      "(--omit=optional) or when package-lock.json was written on another platform. Install it " +
      "in the version of react-native-mailboat.",
  );
}

/** Looks upwards: this file runs from `dist/node` and, in tests, from `js/src/node`. */
function packageFolder(folder: string): string {
  const above = dirname(folder);
  if (existsSync(join(folder, "package.json")) || above === folder) return folder;
  return packageFolder(above);
}

function installed(name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}

function unsupported(reason: string): Error {
  return mailboatError("UNSUPPORTED", `${reason} ${FROM_SOURCE}`);
}
