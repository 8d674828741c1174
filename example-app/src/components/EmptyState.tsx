// What a list says when there is nothing in it.

import type { ReactElement } from "react";
import { Text, View } from "react-native";
import { radius, space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import { Icon, type IconName } from "./Icon";

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  /** What to do about it. */
  readonly text: string;
  readonly testID: string;
}

/** An icon and two lines in the middle of an empty list. */
export function EmptyState({ icon, testID, text, title }: EmptyStateProps): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  return (
    <View testID={testID} style={styles.empty}>
      <View style={styles.disc}>
        <Icon name={icon} color={color.textFaint} size={30} strokeWidth={1.5} />
      </View>
      <Text style={styles.title}>{title}</Text>
      <Text style={styles.text}>{text}</Text>
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  empty: {
    flexGrow: 1,
    alignItems: "center",
    justifyContent: "center",
    padding: space.xxl,
    gap: space.s,
  },
  disc: {
    width: 68,
    height: 68,
    borderRadius: radius.pill,
    alignItems: "center",
    justifyContent: "center",
    backgroundColor: color.sunken,
    marginBottom: space.s,
  },
  title: { ...type.heading, color: color.text, textAlign: "center" },
  text: { ...type.detail, color: color.textSecondary, textAlign: "center", maxWidth: 280 },
}));
