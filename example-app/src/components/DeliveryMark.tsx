// How far a write has come, as a small sign with its word as label.

import { memo, type ReactElement } from "react";
import { StyleSheet, View } from "react-native";
import type { Mark } from "../engines/marks";
import { Icon, type IconName } from "./Icon";

const ICONS: Readonly<Record<Mark, IconName>> = {
  queued: "clock",
  sending: "arrow",
  sent: "check",
  delivered: "checks",
  read: "checks",
  failed: "warning",
};

const SIZE = 15;

interface DeliveryMarkProps {
  readonly mark: Mark;
  readonly color: string;
  readonly testID: string;
}

/** A sign whose label is exactly the mark's word. */
export const DeliveryMark = memo(function DeliveryMark({
  mark,
  color,
  testID,
}: DeliveryMarkProps): ReactElement {
  return (
    <View testID={testID} role="img" aria-label={mark} style={styles.mark}>
      <Icon name={ICONS[mark]} color={color} size={SIZE} strokeWidth={2.2} />
    </View>
  );
});

const styles = StyleSheet.create({ mark: { width: SIZE, height: SIZE } });
