// Where databases lie in the Linux window.

import { mailboatWindow } from "./mailboatWindow";

/** Path of the app's own folder. In a browser there is none, nor an engine to use it. */
export function documentFolder(): string {
  return mailboatWindow()?.documentFolder ?? "";
}
