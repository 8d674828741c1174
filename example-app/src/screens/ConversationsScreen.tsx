// All conversations, the one with the newest message first.

import { useCallback, useMemo, useState, type ReactElement } from "react";
import { FlatList, RefreshControl, type ListRenderItem } from "react-native";
import {
  useConversations,
  useRows,
  useSyncStatus,
  type Conversation,
  type Message,
} from "react-native-mailboat";
import { ConversationRow } from "../chat/ConversationRow";
import { IconButton } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Screen } from "../components/Screen";
import { recentMessages } from "../engines/recentMessages";
import type { TabScreenProps } from "../navigation/routes";
import { space } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

/** The list of chats. */
export function ConversationsScreen({ navigation }: TabScreenProps<"Chats">): ReactElement {
  const styles = useStyles();
  const { conversations } = useConversations();
  const { rows: recent } = useRows(recentMessages);
  const newestFirst = useMemo(() => byNewest(conversations, recent), [conversations, recent]);
  const open = useCallback(
    (conversationId: string) => {
      navigation.navigate("Chat", { conversationId });
    },
    [navigation],
  );
  const renderRow: ListRenderItem<Conversation> = useCallback(
    ({ item }) => <ConversationRow conversation={item} onOpen={open} />,
    [open],
  );
  return (
    <Screen
      testID="screen-chats"
      title="Chats"
      actions={
        <IconButton
          testID="new-conversation"
          icon="compose"
          label="New conversation"
          onPress={() => {
            navigation.navigate("NewConversation");
          }}
        />
      }
    >
      <FlatList
        testID="conversations"
        data={newestFirst}
        renderItem={renderRow}
        keyExtractor={idOf}
        refreshControl={<Refresh />}
        style={styles.list}
        contentContainerStyle={styles.content}
        ListEmptyComponent={
          <EmptyState
            testID="conversations-empty"
            icon="chats"
            title="No conversations yet"
            text="Begin one with the plus above. What others begin with you shows up here by itself."
          />
        }
      />
    </Screen>
  );
}

/** Pulling the list down pushes and pulls. */
function Refresh(props: object): ReactElement {
  const { color } = useTheme();
  const syncNow = useSyncStatus((status) => status.syncNow);
  const [isRefreshing, setRefreshing] = useState(false);
  const refresh = (): void => {
    setRefreshing(true);
    const end = (): void => {
      setRefreshing(false);
    };
    syncNow().then(end, end);
  };
  return (
    <RefreshControl
      {...props}
      refreshing={isRefreshing}
      onRefresh={refresh}
      tintColor={color.textFaint}
      colors={[color.accent]}
    />
  );
}

function idOf({ id }: Conversation): string {
  return id;
}

/** By their newest message; those without a recent one follow, the newest of them first. */
function byNewest(
  conversations: readonly Conversation[],
  recent: readonly Message[],
): Conversation[] {
  const places = new Map(recent.map(({ conversationId }, place) => [conversationId, place]));
  const placeOf = ({ id }: Conversation): number => places.get(id) ?? -1;
  return [...conversations].reverse().sort((one, other) => placeOf(other) - placeOf(one));
}

const useStyles = themedStyles(({ color }) => ({
  list: { backgroundColor: color.surface },
  content: { flexGrow: 1, paddingTop: space.xs },
}));
