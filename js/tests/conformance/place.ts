// Where the run takes place: folders, files and servers that were prepared before it
// (scripts/conformance/surroundings.js), since programs on these hosts can make none.

import { here } from "./consoleHost";

/** What was prepared, as JSON in the first word of the command line. */
interface Surroundings {
  /** An empty folder. */
  readonly folder: string;
  /** An empty folder on a file system of a few megabytes. */
  readonly smallDisk: string;
  /** Database files, each for one case, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** The reference server, and a token for each of its users. */
  readonly server: { readonly url: string; readonly tokens: Readonly<Record<string, string>> };
  /** A server that ends every connection at once. */
  readonly brokenUrl: string;
  /** A server that takes connections and never says a word. */
  readonly silentUrl: string;
}

const surroundings = JSON.parse(here.args[0] ?? "{}") as Surroundings;
let files = 0;

/** A path where no file is yet. */
export function newPath(): string {
  files += 1;
  return `${surroundings.folder}/${files}.db`;
}

/** A folder on a file system of a few megabytes. */
export function smallDisk(): string {
  return surroundings.smallDisk;
}

/** A file that was prepared. */
export function preparedFile(name: string): string {
  return entry(surroundings.files, name);
}

/** The reference server, a broken one and a silent one. */
export const urls = {
  server: (): string => surroundings.server.url,
  broken: (): string => surroundings.brokenUrl,
  silent: (): string => surroundings.silentUrl,
};

/** A token that the reference server accepts. */
export function tokenOf(user: string): string {
  return entry(surroundings.server.tokens, user);
}

function entry(prepared: Readonly<Record<string, string>>, name: string): string {
  const found = prepared[name];
  if (found === undefined) throw new Error(`Nothing was prepared under the name ${name}.`);
  return found;
}
