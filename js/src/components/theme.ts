// The colours of the components. An app with its own hands them over as `theme`.

import { useColorScheme } from "react-native";

/**
 * Colours of the status components. Those that carry words stand out from `surface` and from
 * `errorSurface` by at least 4.5 to 1.
 *
 * @example
 * ```tsx
 * <ConnectionStatus theme={{ good: "#00695c", mutedText: "#5f6368" }} />
 * ```
 */
export interface StatusTheme {
  /** Words. */
  readonly text: string;
  /** Words beside the point, and what waits. */
  readonly mutedText: string;
  /** Behind the words. */
  readonly surface: string;
  /** Behind the words of an error. */
  readonly errorSurface: string;
  /** What works. */
  readonly good: string;
  /** What is under way, and what can be pressed. */
  readonly active: string;
  /** What is in the way for a while. */
  readonly warning: string;
  /** What needs a person. */
  readonly error: string;
}

/**
 * The colours on a light screen.
 *
 * @example A part of an app that stays light on a dark device.
 * ```tsx
 * <SyncErrorBanner theme={lightStatusTheme} />
 * ```
 */
export const lightStatusTheme: StatusTheme = {
  text: "#1b2733",
  mutedText: "#566270",
  surface: "#ffffff",
  errorSurface: "#fdeceb",
  good: "#187343",
  active: "#0b5cad",
  warning: "#875300",
  error: "#b0261d",
};

/**
 * The colours on a dark screen.
 *
 * @example A part of an app that is always dark.
 * ```tsx
 * <SyncStatusIcon theme={{ ...darkStatusTheme, good: "#7fd1ae" }} />
 * ```
 */
export const darkStatusTheme: StatusTheme = {
  text: "#e8eef4",
  mutedText: "#9aa7b4",
  surface: "#101820",
  errorSurface: "#33191a",
  good: "#4cc38a",
  active: "#6cb2ff",
  warning: "#e0a83c",
  error: "#ff8f85",
};

/** The app's colours, and for those it leaves out ours of the device's colour scheme. */
export function useStatusTheme(theme: Partial<StatusTheme> | undefined): StatusTheme {
  const isDark = useColorScheme() === "dark";
  return { ...(isDark ? darkStatusTheme : lightStatusTheme), ...theme };
}
