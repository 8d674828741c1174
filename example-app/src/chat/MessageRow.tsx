// One message: its bubble, how far it has come, and what can be done when it has failed.

import { memo, useEffect, type ReactElement } from "react";
import { Text, View } from "react-native";
import { DeliveryMark } from "../components/DeliveryMark";
import { clockTime } from "../components/time";
import { countRenderedRow } from "../diagnostics/renderedRows";
import { radius, space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import { FailedNote } from "./FailedNote";
import type { MessageRowData } from "./messageRows";

/** A row of a chat. It renders again only when one of its values has changed. */
export const MessageRow = memo(function MessageRow(row: MessageRowData): ReactElement {
  const { day, isMine, mark, message, sender, startsGroup } = row;
  const styles = useStyles();
  useEffect(countRenderedRow);
  return (
    <View
      role="listitem"
      testID={`message-${message.id}`}
      style={startsGroup ? styles.firstRow : styles.row}
    >
      {day !== null && <Text style={styles.day}>{day}</Text>}
      <View
        style={[
          styles.bubble,
          isMine ? styles.mine : styles.theirs,
          startsGroup && (isMine ? styles.mineFirst : styles.theirsFirst),
        ]}
      >
        {sender !== null && <Text style={styles.sender}>{sender}</Text>}
        <View style={styles.lines}>
          <Text testID="message-body" selectable style={isMine ? styles.bodyMine : styles.body}>
            {message.body}
          </Text>
          <View style={styles.meta}>
            <Text testID="message-time" style={isMine ? styles.timeMine : styles.time}>
              {clockTime(message.sentAt)}
            </Text>
            {mark !== null && <OwnMark mark={mark} />}
          </View>
        </View>
      </View>
      {mark === "failed" && <FailedNote messageId={message.id} />}
    </View>
  );
});

function OwnMark({ mark }: { readonly mark: NonNullable<MessageRowData["mark"]> }): ReactElement {
  const { color } = useTheme();
  const signColor = mark === "read" ? color.readMark : color.onAccentSecondary;
  return <DeliveryMark testID="message-delivery" mark={mark} color={signColor} />;
}

const useStyles = themedStyles(({ color }) => ({
  row: { paddingHorizontal: space.m, paddingTop: 3 },
  firstRow: { paddingHorizontal: space.m, paddingTop: space.m },
  day: {
    ...type.captionStrong,
    color: color.textSecondary,
    textAlign: "center",
    paddingTop: space.s,
    paddingBottom: space.m,
  },
  bubble: {
    maxWidth: "82%",
    borderRadius: radius.l,
    paddingLeft: space.m + 2,
    paddingRight: space.m,
    paddingTop: space.s,
    paddingBottom: space.s - 1,
  },
  mine: { alignSelf: "flex-end", backgroundColor: color.accent },
  theirs: { alignSelf: "flex-start", backgroundColor: color.bubble },
  mineFirst: { borderTopRightRadius: space.xs + 2 },
  theirsFirst: { borderTopLeftRadius: space.xs + 2 },
  sender: { ...type.captionStrong, color: color.link, paddingBottom: 2 },
  // A short text has its time on the same line, a longer one below.
  lines: {
    flexDirection: "row",
    flexWrap: "wrap",
    alignItems: "flex-end",
    justifyContent: "flex-end",
    columnGap: space.s + 2,
  },
  body: { ...type.body, color: color.text, flexShrink: 1, marginRight: "auto" },
  bodyMine: { ...type.body, color: color.onAccent, flexShrink: 1, marginRight: "auto" },
  meta: { flexDirection: "row", alignItems: "center", gap: space.xs, minHeight: 16 },
  time: { ...type.caption, color: color.textFaint },
  timeMine: { ...type.caption, color: color.onAccentSecondary },
}));
