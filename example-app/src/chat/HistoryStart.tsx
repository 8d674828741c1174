// What stands before the oldest message that is shown.

import type { ReactElement } from "react";
import { ActivityIndicator, Text, View } from "react-native";
import { Button } from "../components/Button";
import { space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import type { MessageListProps } from "./listProps";

type HistoryStartProps = Pick<
  MessageListProps,
  "hasOlder" | "loadingOlder" | "error" | "loadOlder"
>;

/** The beginning of the conversation, or that there is more, or why it cannot be had. */
export function HistoryStart(props: HistoryStartProps): ReactElement {
  const { error, hasOlder, loadingOlder, loadOlder } = props;
  const styles = useStyles();
  const { color } = useTheme();
  return (
    <View style={styles.start}>
      {loadingOlder && (
        <ActivityIndicator
          testID="load-older-spinner"
          aria-label="Loading older messages"
          color={color.textFaint}
        />
      )}
      {!loadingOlder && error !== null && (
        <>
          <Text style={styles.text}>Older messages could not be fetched.</Text>
          <Button
            testID="load-older-retry"
            look="plain"
            title="Try again"
            onPress={() => void loadOlder()}
          />
        </>
      )}
      {!hasOlder && (
        <Text testID="history-start" style={styles.text}>
          The conversation begins here.
        </Text>
      )}
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  start: {
    minHeight: space.xxl,
    alignItems: "center",
    justifyContent: "center",
    paddingTop: space.l,
    paddingHorizontal: space.xl,
  },
  text: { ...type.caption, color: color.textSecondary, textAlign: "center" },
}));
