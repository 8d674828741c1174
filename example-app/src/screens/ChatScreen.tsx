// One conversation.

import { useIsFocused } from "@react-navigation/native";
import { useEffect, useRef, type ReactElement } from "react";
import { Text, View } from "react-native";
import { useMessages, useRecord, type Message, type MessagesView } from "react-native-mailboat";
import { Composer } from "../chat/Composer";
import { JumpToNewest } from "../chat/JumpToNewest";
import { MESSAGE_PAGE, type MessageListHandle } from "../chat/listProps";
import { MessageList } from "../chat/MessageList";
import { useMessageRows } from "../chat/messageRows";
import { useNewestShown } from "../chat/useNewestShown";
import { EmptyState } from "../components/EmptyState";
import { Screen } from "../components/Screen";
import { useEngines } from "../engines/EnginesProvider";
import type { RootScreenProps } from "../navigation/routes";
import { useIsActive } from "../platform/useIsActive";
import { type } from "../theme/tokens";
import { themedStyles } from "../theme/useTheme";

const NOBODY: readonly string[] = [];

/** The messages of a conversation, and where the next one is written. */
export function ChatScreen({ navigation, route }: RootScreenProps<"Chat">): ReactElement {
  const { conversationId } = route.params;
  const { account } = useEngines();
  const styles = useStyles();
  const list = useRef<MessageListHandle>(null);
  const { record: conversation } = useRecord("conversations", conversationId);
  const memberIds = conversation?.memberIds ?? NOBODY;
  const chat = useMessages(conversationId, { limit: MESSAGE_PAGE });
  const { error, hasOlder, loadingOlder, loadOlder, messages, send } = chat;
  const rows = useMessageRows(conversationId, messages, memberIds, account.user);
  const { isAtNewest, newCount, onAtNewest } = useNewestShown(rows);
  useMarkRead(conversationId, messages, isAtNewest);
  useFirstPage(chat);
  const scrollToNewest = (): void => list.current?.scrollToNewest();

  return (
    <Screen
      testID="screen-chat"
      title={conversation?.title ?? "Chat"}
      titleTestID="chat-title"
      onBack={navigation.goBack}
      subtitle={
        <Text numberOfLines={1} style={styles.members}>
          {memberIds.map((id) => (id === account.user ? "You" : id)).join(", ")}
        </Text>
      }
    >
      <View style={styles.messages}>
        {rows.length === 0 ? (
          <EmptyState
            testID="chat-empty"
            icon="chats"
            title="Nothing here yet"
            text="Write the first message. It is kept and sent, with a connection or without."
          />
        ) : (
          <MessageList
            ref={list}
            {...{ rows, hasOlder, loadingOlder, error, loadOlder, onAtNewest }}
          />
        )}
        {!isAtNewest && <JumpToNewest count={newCount} onPress={scrollToNewest} />}
      </View>
      <Composer
        send={(body) => {
          scrollToNewest();
          return send(body);
        }}
      />
    </Screen>
  );
}

/** A chat of which this device has nothing asks the server, once. */
function useFirstPage({ error, hasOlder, loadOlder, messages }: MessagesView): void {
  const isUnknown = messages.length === 0 && hasOlder && error === null;
  useEffect(() => {
    if (isUnknown) void loadOlder();
  }, [isUnknown, loadOlder]);
}

/** A message of another is read when somebody looks at the end of the chat that it stands at. */
function useMarkRead(
  conversationId: string,
  messages: readonly Message[],
  isAtNewest: boolean,
): void {
  const { account, receipts } = useEngines();
  const [isFocused, isActive] = [useIsFocused(), useIsActive()];
  const isLookedAt = isFocused && isActive && isAtNewest;
  const newestOfOthers = messages.findLast(({ senderId }) => senderId !== account.user)?.id;
  useEffect(() => {
    if (isLookedAt && newestOfOthers !== undefined) {
      receipts.markRead(conversationId, newestOfOthers);
    }
  }, [receipts, conversationId, newestOfOthers, isLookedAt]);
}

const useStyles = themedStyles(({ color }) => ({
  members: { ...type.caption, color: color.textSecondary },
  messages: { flex: 1, backgroundColor: color.backdrop },
}));
