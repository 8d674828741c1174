// From messages to what each row of a chat shows. A row depends on its own message and on
// older ones only, so that a new message changes no row but its own.

import { useMemo } from "react";
import { MAX_WINDOW_ROWS, useRows, type Message } from "react-native-mailboat";
import { dayName, isSameDay } from "../components/time";
import { markOf, reachOf, type Mark } from "../engines/marks";
import type { ChatCollections } from "../engines/schema";

/** A pause between two messages of one person that begins a group, in milliseconds. */
const GROUP_PAUSE_MS = 5 * 60_000;

/** What one row shows. */
export interface MessageRowData {
  readonly message: Message;
  readonly isMine: boolean;
  /** How far a message of one's own has come; `null` on those of others. */
  readonly mark: Mark | null;
  /** Who wrote it, where that has to be said. */
  readonly sender: string | null;
  /** Whether it begins a group of messages by one person. */
  readonly startsGroup: boolean;
  /** The day that begins with it. */
  readonly day: string | null;
}

/**
 * The rows of a chat, oldest first.
 *
 * @param memberIds everybody in the conversation, `user` included
 */
export function useMessageRows(
  conversationId: string,
  messages: readonly Message[],
  memberIds: readonly string[],
  user: string,
): readonly MessageRowData[] {
  const { rows: receipts } = useRows<ChatCollections, "receipts">({
    collection: "receipts",
    where: { conversationId },
    limit: MAX_WINDOW_ROWS,
  });
  return useMemo(() => {
    const others = memberIds.filter((id) => id !== user);
    const reach = reachOf(messages, receipts, others);
    return messages.map((message, place) => {
      const before = messages[place - 1];
      const isMine = message.senderId === user;
      const startsDay = before === undefined || !isSameDay(before.sentAt, message.sentAt);
      const startsGroup = startsDay || !isOneGroup(before, message);
      return {
        message,
        isMine,
        mark: isMine ? markOf(message, place, reach) : null,
        sender: startsGroup && !isMine && others.length > 1 ? message.senderId : null,
        startsGroup,
        day: startsDay ? dayName(message.sentAt) : null,
      };
    });
  }, [messages, receipts, memberIds, user]);
}

function isOneGroup(before: Message, message: Message): boolean {
  return before.senderId === message.senderId && message.sentAt - before.sentAt < GROUP_PAUSE_MS;
}
