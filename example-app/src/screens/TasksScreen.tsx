// The tasks of this user, in an engine of their own that follows the preset `fieldData`.

import { type ReactElement } from "react";
import { FlatList, StyleSheet, type ListRenderItem } from "react-native";
import { MailboatProvider, useInitialSync, useRows, type RowOf } from "react-native-mailboat";
import { InitialSyncScreen } from "react-native-mailboat/components";
import { EmptyState } from "../components/EmptyState";
import { Screen } from "../components/Screen";
import { useEngines } from "../engines/EnginesProvider";
import type { TasksCollections } from "../engines/schema";
import { NewTask } from "../tasks/NewTask";
import { TaskRow } from "../tasks/TaskRow";
import { statusThemeOf } from "../theme/statusTheme";
import { useTheme } from "../theme/useTheme";

/** Tasks that are shown: the newest. */
const SHOWN_TASKS = 200;

type Task = RowOf<TasksCollections, "tasks">;

/** The tasks. Without the first sync there is nothing to work on, so there is a screen for that. */
export function TasksScreen(): ReactElement {
  const { tasks } = useEngines();
  return (
    <MailboatProvider mailboat={tasks}>
      <GatedTasks />
    </MailboatProvider>
  );
}

function GatedTasks(): ReactElement {
  const isHere = useInitialSync().state === "done";
  const statusTheme = statusThemeOf(useTheme());
  return (
    <Screen
      testID={isHere ? "screen-tasks" : "screen-initial-sync"}
      title="Tasks"
      hasBanner={isHere}
    >
      <InitialSyncScreen theme={statusTheme}>
        <Tasks />
      </InitialSyncScreen>
    </Screen>
  );
}

function Tasks(): ReactElement {
  const { rows } = useRows<TasksCollections, "tasks">({
    collection: "tasks",
    take: "last",
    limit: SHOWN_TASKS,
  });
  return (
    <FlatList
      testID="tasks"
      data={[...rows].reverse()}
      renderItem={renderRow}
      keyExtractor={idOf}
      keyboardShouldPersistTaps="handled"
      contentContainerStyle={styles.content}
      ListHeaderComponent={NewTask}
      ListEmptyComponent={
        <EmptyState
          testID="tasks-empty"
          icon="tasks"
          title="Nothing to do"
          text="What you add is kept on this device at once, and on the server when it can be reached."
        />
      }
    />
  );
}

const renderRow: ListRenderItem<Task> = ({ item }) => <TaskRow task={item} />;

function idOf({ id }: Task): string {
  return id;
}

const styles = StyleSheet.create({ content: { flexGrow: 1 } });
