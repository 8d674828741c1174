// The way back to the newest message, shown while the list is scrolled up.

import type { ReactElement } from "react";
import { Pressable, Text } from "react-native";
import { Icon } from "../components/Icon";
import { radius, space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

interface JumpToNewestProps {
  /** Messages that have come since the list was scrolled up. */
  readonly count: number;
  readonly onPress: () => void;
}

/** A pill above the composer. */
export function JumpToNewest({ count, onPress }: JumpToNewestProps): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  const isNews = count > 0;
  return (
    <Pressable
      testID="jump-to-newest"
      role="button"
      aria-label={isNews ? `${count} new, show the newest messages` : "Show the newest messages"}
      onPress={onPress}
      style={[styles.pill, isNews && styles.pillNews]}
    >
      <Icon name="down" size={16} strokeWidth={2.2} color={isNews ? color.onAccent : color.link} />
      <Text style={isNews ? styles.textNews : styles.text}>
        {isNews ? `${count} new` : "Newest"}
      </Text>
    </Pressable>
  );
}

const useStyles = themedStyles(({ color }) => ({
  pill: {
    position: "absolute",
    bottom: space.m,
    alignSelf: "center",
    flexDirection: "row",
    alignItems: "center",
    gap: space.xs + 2,
    minHeight: 36,
    paddingHorizontal: space.m + 2,
    borderRadius: radius.pill,
    backgroundColor: color.surface,
    borderWidth: 1,
    borderColor: color.line,
    boxShadow: "0 2px 10px rgba(10, 20, 40, 0.16)",
  },
  pillNews: { backgroundColor: color.accent, borderColor: color.accent },
  text: { ...type.detail, fontWeight: "600", color: color.link },
  textNews: { ...type.detail, fontWeight: "600", color: color.onAccent },
}));
