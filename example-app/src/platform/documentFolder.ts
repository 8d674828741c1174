// Where databases lie on a device.

import { Paths } from "expo-file-system";

const SCHEME = "file://";

/** Path of the app's own folder, which the system backs up and never empties. */
export function documentFolder(): string {
  const path = decodeURI(Paths.document.uri.replace(SCHEME, ""));
  return path.replace(/\/$/, "");
}
