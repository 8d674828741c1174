// Below a message that was refused: why, and what a person can do about it.

import type { ReactElement } from "react";
import { Text, View } from "react-native";
import { MAX_OUTBOX_ENTRIES, useOutbox } from "react-native-mailboat";
import { RefusedActions } from "../components/RefusedActions";
import { useCarefully } from "../components/useCarefully";
import { space, type } from "../theme/tokens";
import { themedStyles } from "../theme/useTheme";

/** Only a failed message has one, so only failed messages watch the outbox. */
export function FailedNote({ messageId }: { readonly messageId: string }): ReactElement | null {
  const styles = useStyles();
  const { discard, entries, retry } = useOutbox({ limit: MAX_OUTBOX_ENTRIES });
  const [error, carefully] = useCarefully();
  const entry = entries.find(({ failed, recordId }) => failed && recordId === messageId);
  if (entry === undefined) return null;
  return (
    <View style={styles.note}>
      <Text testID="message-reason" style={styles.reason}>
        {error ?? entry.reason?.message ?? "It could not be sent."}
      </Text>
      <View style={styles.actions}>
        <RefusedActions
          testID="message"
          retry={() => {
            carefully(retry(entry.id));
          }}
          discard={() => {
            carefully(discard(entry.id));
          }}
        />
      </View>
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  note: { alignSelf: "flex-end", alignItems: "flex-end", maxWidth: "82%", paddingTop: space.xs },
  reason: { ...type.caption, color: color.danger, textAlign: "right" },
  actions: { flexDirection: "row", gap: space.l },
}));
