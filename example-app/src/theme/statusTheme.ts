// The app's colours in the words of the package's components.

import type { StatusTheme } from "react-native-mailboat/components";
import type { Theme } from "./tokens";

/** The colours of the status icon, the error banner and the others. */
export function statusThemeOf({ color }: Theme): StatusTheme {
  return {
    text: color.text,
    mutedText: color.textSecondary,
    surface: color.background,
    errorSurface: color.dangerSurface,
    good: color.good,
    active: color.link,
    warning: color.waiting,
    error: color.danger,
  };
}
