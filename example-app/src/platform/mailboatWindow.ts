// What the Linux window (cpp/host/webkit) tells the page that it shows.

import type { LaunchArguments } from "../engines/account";

/** What the window puts into the page before the app's first line runs. */
export interface MailboatWindow {
  readonly launchArgs: LaunchArguments;
  /** Where databases lie. */
  readonly documentFolder: string;
}

/** `undefined` in an ordinary browser. */
export function mailboatWindow(): MailboatWindow | undefined {
  return (globalThis as { readonly mailboatWindow?: MailboatWindow }).mailboatWindow;
}
