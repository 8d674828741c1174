// What waits to be sent and what was refused, of both engines.

import { useMemo, type ReactElement } from "react";
import { FlatList, StyleSheet, Text, View, type ListRenderItem } from "react-native";
import type { OutboxEntry } from "react-native-mailboat";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Screen } from "../components/Screen";
import { useCarefully } from "../components/useCarefully";
import { useEngines } from "../engines/EnginesProvider";
import { useOutboxOf } from "../engines/useEngine";
import { OutboxRow } from "../outbox/OutboxRow";
import type { EngineName } from "../outbox/whatOf";
import { space, type } from "../theme/tokens";
import { themedStyles } from "../theme/useTheme";

interface Line {
  readonly engine: EngineName;
  readonly entry: OutboxEntry;
}

/** The entries of both outboxes, oldest first. */
export function OutboxScreen(): ReactElement {
  const { chat, tasks } = useEngines();
  const ofChat = useOutboxOf(chat);
  const ofTasks = useOutboxOf(tasks);
  const styles = useStyles();
  const [error, carefully] = useCarefully();
  const failed = ofChat.failed + ofTasks.failed;
  const lines = useMemo(
    () => oldestFirst(ofChat.entries, ofTasks.entries),
    [ofChat.entries, ofTasks.entries],
  );
  const problem = error ?? ofChat.error?.message ?? ofTasks.error?.message;
  return (
    <Screen testID="screen-outbox" title="Outbox">
      {failed > 0 && (
        <View style={styles.failed}>
          <Text style={styles.failedText}>
            {failed === 1 ? "1 could not be sent" : `${failed} could not be sent`}
          </Text>
          <Button
            testID="outbox-retry-all"
            look="plain"
            title="Send all again"
            onPress={() => {
              carefully(Promise.all([chat.outbox.retryAll(), tasks.outbox.retryAll()]));
            }}
          />
        </View>
      )}
      {problem !== undefined && <Text style={styles.error}>{problem}</Text>}
      <FlatList
        testID="outbox"
        data={lines}
        renderItem={renderRow}
        keyExtractor={keyOf}
        contentContainerStyle={fill.content}
        ListEmptyComponent={
          <EmptyState
            testID="outbox-empty"
            icon="outbox"
            title="All sent"
            text="What waits for the network, or was refused by the server, stands here until it is settled."
          />
        }
      />
    </Screen>
  );
}

const renderRow: ListRenderItem<Line> = ({ item }) => <OutboxRow {...item} />;

function keyOf({ entry }: Line): string {
  return entry.id;
}

function oldestFirst(chat: readonly OutboxEntry[], tasks: readonly OutboxEntry[]): Line[] {
  const lines: Line[] = [
    ...chat.map((entry) => ({ engine: "chat" as const, entry })),
    ...tasks.map((entry) => ({ engine: "tasks" as const, entry })),
  ];
  return lines.sort((one, other) => one.entry.enqueuedAt - other.entry.enqueuedAt);
}

const fill = StyleSheet.create({ content: { flexGrow: 1 } });

const useStyles = themedStyles(({ color }) => ({
  failed: {
    flexDirection: "row",
    alignItems: "center",
    justifyContent: "space-between",
    paddingHorizontal: space.l,
    paddingVertical: space.m,
    borderBottomWidth: 1,
    borderBottomColor: color.line,
  },
  failedText: { ...type.detail, color: color.textSecondary },
  error: { ...type.detail, color: color.danger, padding: space.l },
}));
