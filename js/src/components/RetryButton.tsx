// The button under an error. It rests while its last press is at work.

import { useState, type ReactElement } from "react";
import { Pressable, StyleSheet, Text } from "react-native";
import type { StatusTheme } from "./theme";

interface RetryButtonProps {
  readonly label: string;
  /** What is wrong afterwards the status says, also when it rejects. */
  readonly retry: () => Promise<void>;
  readonly theme: StatusTheme;
  readonly testID: string;
}

export function RetryButton({ label, retry, testID, theme }: RetryButtonProps): ReactElement {
  const [isBusy, setBusy] = useState(false);
  const end = (): void => {
    setBusy(false);
  };
  const press = (): void => {
    setBusy(true);
    void retry().then(end, end);
  };
  return (
    <Pressable
      aria-busy={isBusy}
      aria-disabled={isBusy}
      aria-label={label}
      disabled={isBusy}
      hitSlop={8}
      onPress={press}
      role="button"
      style={({ pressed }) => [
        styles.button,
        { borderColor: theme.active, opacity: pressed || isBusy ? 0.5 : 1 },
      ]}
      testID={testID}
    >
      <Text style={[styles.label, { color: theme.active }]}>{label}</Text>
    </Pressable>
  );
}

const styles = StyleSheet.create({
  button: {
    alignItems: "center",
    borderRadius: 8,
    borderWidth: 1,
    justifyContent: "center",
    minHeight: 36,
    paddingHorizontal: 14,
  },
  label: { fontSize: 15, fontWeight: "600" },
});
