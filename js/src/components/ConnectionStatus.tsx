// The line that says whether the backend can be reached, over what, and what waits for it.

import type { ReactElement } from "react";
import { StyleSheet, Text, View, type StyleProp, type ViewStyle } from "react-native";
import type { NetworkKind } from "../generated/waist";
import type { SyncStatusView } from "../hooks/statusView";
import { useDebouncedSyncStatus } from "../hooks/useDebouncedSyncStatus";
import { connectionTexts, type ConnectionStatusTexts } from "./texts";
import { useStatusTheme, type StatusTheme } from "./theme";

/** What {@link ConnectionStatus} takes. */
export interface ConnectionStatusProps {
  /** The app's own words. */
  readonly texts?: Partial<ConnectionStatusTexts>;
  /** The app's own colours. */
  readonly theme?: Partial<StatusTheme>;
  /** Of the line. */
  readonly style?: StyleProp<ViewStyle>;
  /** `connection-status` when left out; its words are `connection-status-text`. */
  readonly testID?: string;
}

/**
 * A line such as `Offline · 2 to send` or `Online · Wi-Fi`. It changes once a second at most.
 *
 * @example
 * ```tsx
 * <View>
 *   <Text>Chats</Text>
 *   <ConnectionStatus />
 * </View>
 * ```
 */
export function ConnectionStatus(props: ConnectionStatusProps): ReactElement {
  const { style, testID = "connection-status" } = props;
  const shown = useDebouncedSyncStatus(connectionOf);
  const theme = useStatusTheme(props.theme);
  const text = lineOf(shown, { ...connectionTexts, ...props.texts });
  const color = shown.online ? theme.good : theme.warning;
  return (
    <View
      accessible
      aria-label={text}
      aria-live="polite"
      role="status"
      style={[styles.line, style]}
      testID={testID}
    >
      <View aria-hidden style={[styles.dot, { backgroundColor: color }]} />
      <Text style={[styles.text, { color: theme.mutedText }]} testID={`${testID}-text`}>
        {text}
      </Text>
    </View>
  );
}

/** What of the status the line shows. */
interface Shown {
  readonly online: boolean;
  readonly kind: NetworkKind;
  readonly pending: number;
}

function connectionOf({ network, online, pending }: SyncStatusView): Shown {
  return { online, kind: network.kind, pending };
}

function lineOf({ kind, online, pending }: Shown, texts: ConnectionStatusTexts): string {
  const words = [online ? texts.online : texts.offline, texts.network(kind)];
  if (pending > 0) words.push(texts.pending(pending));
  return words.filter((word) => word !== "").join(" · ");
}

const styles = StyleSheet.create({
  line: { alignItems: "center", flexDirection: "row", gap: 6 },
  dot: { borderRadius: 4, height: 8, width: 8 },
  text: { fontSize: 13, lineHeight: 18 },
});
