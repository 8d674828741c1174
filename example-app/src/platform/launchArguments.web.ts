// What the app was started with in the Linux window.

import type { LaunchArguments } from "../engines/account";
import { mailboatWindow } from "./mailboatWindow";

/** What the app was started with. */
export function launchArguments(): LaunchArguments {
  return mailboatWindow()?.launchArgs ?? {};
}
