// Shown while a database opens: usually it is open before the first frame.

import type { ReactElement } from "react";
import { ActivityIndicator, View } from "react-native";
import { themedStyles, useTheme } from "../theme/useTheme";

/** A quiet screen that says that something is being done. */
export function Splash(): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  return (
    <View testID="screen-splash" style={styles.screen}>
      <ActivityIndicator aria-label="Opening" color={color.textFaint} />
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  screen: {
    flex: 1,
    alignItems: "center",
    justifyContent: "center",
    backgroundColor: color.background,
  },
}));
