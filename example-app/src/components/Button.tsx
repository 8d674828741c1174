// What can be pressed: a word, or an icon with a label.

import type { ReactElement } from "react";
import { Pressable, Text } from "react-native";
import { radius, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import { Icon, type IconName } from "./Icon";

interface ButtonProps {
  readonly title: string;
  readonly onPress: () => void;
  readonly testID: string;
  /** `plain` stands in a line of text, `danger` takes something away; `filled` when left out. */
  readonly look?: "filled" | "outlined" | "plain" | "danger";
  readonly disabled?: boolean;
}

/** A button with a word on it. */
export function Button(props: ButtonProps): ReactElement {
  const { disabled = false, look = "filled", onPress, testID, title } = props;
  const styles = useStyles();
  const isLine = look === "plain" || look === "danger";
  return (
    <Pressable
      testID={testID}
      role="button"
      disabled={disabled}
      onPress={onPress}
      hitSlop={isLine ? space.s : 0}
      style={({ pressed }) => [
        isLine ? styles.line : styles.button,
        look === "filled" && (pressed ? styles.filledPressed : styles.filled),
        look === "outlined" && styles.outlined,
        look === "outlined" && pressed && styles.outlinedPressed,
        isLine && pressed && styles.faded,
        disabled && styles.faded,
      ]}
    >
      <Text style={[styles.title, styles[`${look}Title`]]}>{title}</Text>
    </Pressable>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** What a screen reader says. */
  readonly label: string;
  readonly onPress: () => void;
  readonly testID: string;
}

/** A button with an icon on it. */
export function IconButton({ icon, label, onPress, testID }: IconButtonProps): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  return (
    <Pressable
      testID={testID}
      role="button"
      aria-label={label}
      onPress={onPress}
      style={({ pressed }) => [styles.icon, pressed && styles.iconPressed]}
    >
      <Icon name={icon} color={color.link} />
    </Pressable>
  );
}

const useStyles = themedStyles(({ color }) => ({
  button: {
    minHeight: TOUCH_SIZE,
    paddingHorizontal: space.l,
    borderRadius: radius.m,
    alignItems: "center",
    justifyContent: "center",
    borderWidth: 1,
    borderColor: "transparent",
  },
  line: { paddingVertical: space.xs },
  filled: { backgroundColor: color.accent },
  filledPressed: { backgroundColor: color.accentPressed },
  outlined: { backgroundColor: color.surface, borderColor: color.line },
  outlinedPressed: { backgroundColor: color.pressed },
  faded: { opacity: 0.5 },
  title: { ...type.bodyStrong },
  filledTitle: { color: color.onAccent },
  outlinedTitle: { color: color.link },
  plainTitle: { ...type.detail, fontWeight: "600", color: color.link },
  dangerTitle: { ...type.detail, fontWeight: "600", color: color.danger },
  icon: {
    width: TOUCH_SIZE,
    height: TOUCH_SIZE,
    borderRadius: radius.pill,
    alignItems: "center",
    justifyContent: "center",
  },
  iconPressed: { backgroundColor: color.pressed },
}));
