// The engine's host in Node.

import type { Host } from "../engine/host";
import { addon } from "./addon";

let host: Host | null = null;

/**
 * The engine for Node: for Jest, tools and servers.
 *
 * A command that waits for its answer keeps the process alive; an open engine or a watch
 * does not.
 *
 * @throws `MailboatError` `UNSUPPORTED` when there is no engine for this platform
 *
 * @example
 * ```ts
 * import { createMailboat } from "react-native-mailboat";
 * import { nodeHost } from "react-native-mailboat/node";
 *
 * const mailboat = createMailboat({ path: "/tmp/chat.db", host: nodeHost() });
 * ```
 */
export function nodeHost(): Host {
  host ??= addon();
  return host;
}
