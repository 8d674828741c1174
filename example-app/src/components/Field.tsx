// A line that somebody types into, with its name above it.

import type { ReactElement } from "react";
import { Text, TextInput, View, type TextInputProps } from "react-native";
import { radius, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

interface FieldProps extends Pick<
  TextInputProps,
  "autoCapitalize" | "autoFocus" | "inputMode" | "onSubmitEditing" | "placeholder"
> {
  readonly label: string;
  readonly value: string;
  readonly onChangeText: (text: string) => void;
  readonly testID: string;
}

/** A text field. */
export function Field({ label, ...input }: FieldProps): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  return (
    <View style={styles.field}>
      <Text style={styles.label}>{label}</Text>
      <TextInput
        aria-label={label}
        autoCorrect={false}
        placeholderTextColor={color.textFaint}
        style={styles.input}
        {...input}
      />
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  field: { gap: space.xs + 2 },
  label: { ...type.detail, fontWeight: "600", color: color.textSecondary },
  input: {
    ...type.body,
    minHeight: TOUCH_SIZE + 4,
    paddingHorizontal: space.m,
    paddingVertical: space.s,
    borderRadius: radius.m,
    borderWidth: 1,
    borderColor: color.line,
    backgroundColor: color.surface,
    color: color.text,
  },
}));
