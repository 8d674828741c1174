// One conversation in the list: its last message, what is unread, what still waits.

import { memo, type ReactElement } from "react";
import { Pressable, Text, View } from "react-native";
import {
  MAX_WINDOW_ROWS,
  useRows,
  type Conversation,
  type Delivery,
  type Message,
} from "react-native-mailboat";
import { Avatar } from "../components/Avatar";
import { DeliveryMark } from "../components/DeliveryMark";
import { listTime } from "../components/time";
import { useEngines } from "../engines/EnginesProvider";
import type { ChatCollections } from "../engines/schema";
import { radius, space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import { MESSAGE_PAGE } from "./listProps";

interface ConversationRowProps {
  readonly conversation: Conversation;
  readonly onOpen: (conversationId: string) => void;
}

/** A row of the list of chats. */
export const ConversationRow = memo(function ConversationRow(
  props: ConversationRowProps,
): ReactElement {
  const { conversation, onOpen } = props;
  const { account } = useEngines();
  const styles = useStyles();
  const messages = useNewestMessages(conversation.id);
  const last = messages.at(-1);
  const unread = useUnread(conversation.id, messages);
  const waiting = waitingOf(conversation, messages);
  return (
    <Pressable
      testID={`conversation-${conversation.id}`}
      role="button"
      onPress={() => {
        onOpen(conversation.id);
      }}
      style={({ pressed }) => [styles.row, pressed && styles.pressed]}
    >
      <Avatar name={conversation.title} />
      <View style={styles.words}>
        <View style={styles.line}>
          <Text testID="conversation-title" numberOfLines={1} style={styles.title}>
            {conversation.title}
          </Text>
          {last !== undefined && (
            <Text testID="conversation-time" style={unread > 0 ? styles.timeUnread : styles.time}>
              {listTime(last.sentAt)}
            </Text>
          )}
        </View>
        <View style={styles.line}>
          <Text
            testID="conversation-last"
            numberOfLines={1}
            style={unread > 0 ? styles.lastUnread : styles.last}
          >
            {last === undefined ? "No messages yet" : lineOf(last, account.user, conversation)}
          </Text>
          {waiting !== null && <PendingMark waiting={waiting} />}
          {unread > 0 && <Unread count={unread} />}
        </View>
      </View>
    </Pressable>
  );
});

function PendingMark({ waiting }: { readonly waiting: Delivery }): ReactElement {
  const { color } = useTheme();
  const signColor = waiting === "failed" ? color.danger : color.textFaint;
  return <DeliveryMark testID="conversation-pending" mark={waiting} color={signColor} />;
}

function Unread({ count }: { readonly count: number }): ReactElement {
  const styles = useStyles();
  return (
    <View style={styles.badge}>
      <Text testID="conversation-unread" aria-label={`${count} unread`} style={styles.count}>
        {count < MESSAGE_PAGE ? count : `${MESSAGE_PAGE - 1}+`}
      </Text>
    </View>
  );
}

/** Enough of them to count what is unread. */
function useNewestMessages(conversationId: string): readonly Message[] {
  const where = { conversationId };
  return useRows({ collection: "messages", where, take: "last", limit: MESSAGE_PAGE }).rows;
}

/** Messages of others behind the one that this user has read last, on any device. */
function useUnread(conversationId: string, messages: readonly Message[]): number {
  const { user } = useEngines().account;
  const { rows: receipts } = useRows<ChatCollections, "receipts">({
    collection: "receipts",
    where: { conversationId },
    limit: MAX_WINDOW_ROWS,
  });
  const read = new Set(
    receipts.filter(({ userId }) => userId === user).map(({ readId }) => readId),
  );
  const firstUnread = messages.findLastIndex(({ id }) => read.has(id)) + 1;
  return messages.slice(firstUnread).filter(({ senderId }) => senderId !== user).length;
}

/** What waits in a conversation; a failure before all else. */
function waitingOf(conversation: Conversation, messages: readonly Message[]): Delivery | null {
  const unsent = [conversation, ...messages].filter(({ delivery }) => delivery !== "sent");
  return (
    unsent.find(({ delivery }) => delivery === "failed")?.delivery ?? unsent[0]?.delivery ?? null
  );
}

function lineOf({ body, senderId }: Message, user: string, { memberIds }: Conversation): string {
  if (senderId === user) return `You: ${body}`;
  return memberIds.length > 2 ? `${senderId}: ${body}` : body;
}

const useStyles = themedStyles(({ color }) => ({
  row: {
    flexDirection: "row",
    alignItems: "center",
    gap: space.m,
    paddingLeft: space.l,
  },
  pressed: { backgroundColor: color.pressed },
  // The line between two rows begins at their words.
  words: {
    flex: 1,
    gap: 2,
    paddingRight: space.l,
    paddingVertical: space.m + 1,
    borderBottomWidth: 1,
    borderBottomColor: color.line,
  },
  line: { flexDirection: "row", alignItems: "center", gap: space.s, minHeight: 22 },
  title: { ...type.bodyStrong, color: color.text, flex: 1 },
  time: { ...type.caption, color: color.textFaint },
  timeUnread: { ...type.captionStrong, color: color.link },
  last: { ...type.detail, color: color.textSecondary, flex: 1 },
  lastUnread: { ...type.detail, color: color.text, flex: 1 },
  badge: {
    minWidth: 22,
    height: 22,
    paddingHorizontal: 7,
    borderRadius: radius.pill,
    alignItems: "center",
    justifyContent: "center",
    backgroundColor: color.accent,
  },
  count: { ...type.captionStrong, color: color.onAccent },
}));
