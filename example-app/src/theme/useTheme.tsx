// Hands the theme of the device to the screens, and makes style sheets of it.

import { createContext, useContext, type ReactElement, type ReactNode } from "react";
import { StyleSheet, useColorScheme } from "react-native";
import { themes, type Theme } from "./tokens";

const ThemeContext = createContext<Theme>(themes.light);

/** Follows the device: one subscription for the whole app, not one for each row. */
export function ThemeProvider({ children }: { readonly children: ReactNode }): ReactElement {
  const theme = useColorScheme() === "dark" ? themes.dark : themes.light;
  return <ThemeContext.Provider value={theme}>{children}</ThemeContext.Provider>;
}

/** The theme that is shown. */
export function useTheme(): Theme {
  return useContext(ThemeContext);
}

/**
 * A hook that answers the styles of the shown theme. Each theme's are made once, so that a
 * memoised row is given the same objects at every render.
 */
export function themedStyles<T extends StyleSheet.NamedStyles<T>>(
  make: (theme: Theme) => T & StyleSheet.NamedStyles<T>,
): () => T {
  const made = new Map<Theme["scheme"], T>();
  return function useStyles() {
    const theme = useTheme();
    let styles = made.get(theme.scheme);
    if (styles === undefined) {
      styles = StyleSheet.create(make(theme));
      made.set(theme.scheme, styles);
    }
    return styles;
  };
}
