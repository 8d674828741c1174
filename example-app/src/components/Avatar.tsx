// The disc with initials that stands for a conversation.

import { memo, type ReactElement } from "react";
import { StyleSheet, Text, View } from "react-native";
import { radius } from "../theme/tokens";
import { useTheme } from "../theme/useTheme";

const SIZE = 48;

/** Initials upon a colour; the same name always has the same one. */
export const Avatar = memo(function Avatar({ name }: { readonly name: string }): ReactElement {
  const { avatars } = useTheme();
  const backgroundColor = avatars[hash(name) % avatars.length];
  return (
    <View aria-hidden style={[styles.disc, { backgroundColor }]}>
      <Text style={styles.initials}>{initials(name)}</Text>
    </View>
  );
});

function initials(name: string): string {
  const words = name.trim().split(/\s+/).slice(0, 2);
  return words.map((word) => Array.from(word)[0]?.toUpperCase() ?? "").join("");
}

/** FNV-1a, whose low bits differ for names that are alike. */
function hash(name: string): number {
  const signs = Array.from(name);
  return signs.reduce(
    (sum, sign) => Math.imul(sum ^ (sign.codePointAt(0) ?? 0), 16777619) >>> 0,
    2166136261,
  );
}

const styles = StyleSheet.create({
  disc: {
    width: SIZE,
    height: SIZE,
    borderRadius: radius.pill,
    alignItems: "center",
    justifyContent: "center",
  },
  initials: { color: "#ffffff", fontSize: 17, fontWeight: "600", letterSpacing: 0.3 },
});
