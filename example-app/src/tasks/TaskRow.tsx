// One task: whether it is done, what it is, how far its writes have come.

import { memo, useState, type ReactElement } from "react";
import { Pressable, Text, TextInput, View } from "react-native";
import { useMailboat, type RowOf } from "react-native-mailboat";
import { Button } from "../components/Button";
import { DeliveryMark } from "../components/DeliveryMark";
import { Icon } from "../components/Icon";
import { useCarefully } from "../components/useCarefully";
import type { TasksCollections } from "../engines/schema";
import { radius, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

type Task = RowOf<TasksCollections, "tasks">;

/** A row of the list of tasks. A press on its title changes that. */
export const TaskRow = memo(function TaskRow({ task }: { readonly task: Task }): ReactElement {
  const mailboat = useMailboat<TasksCollections>();
  const styles = useStyles();
  const { color } = useTheme();
  const [isEditing, setEditing] = useState(false);
  const [error, carefully] = useCarefully();
  const update = (values: Partial<TasksCollections["tasks"]>): void => {
    carefully(mailboat.update("tasks", task.id, values));
  };
  return (
    <View testID={`task-${task.id}`} style={styles.row}>
      <View style={styles.line}>
        <Checkbox
          isDone={task.done}
          label={task.title}
          onPress={() => {
            update({ done: !task.done });
          }}
        />
        {isEditing ? (
          <TitleEditor
            title={task.title}
            onSave={(title) => {
              setEditing(false);
              if (title !== task.title) update({ title });
            }}
          />
        ) : (
          <>
            <Text
              testID="task-title"
              onPress={() => {
                setEditing(true);
              }}
              style={task.done ? styles.titleDone : styles.title}
            >
              {task.title}
            </Text>
            <DeliveryMark
              testID="task-delivery"
              mark={task.delivery}
              color={task.delivery === "failed" ? color.danger : color.textFaint}
            />
          </>
        )}
      </View>
      {error !== null && <Text style={styles.error}>{error}</Text>}
    </View>
  );
});

interface CheckboxProps {
  readonly isDone: boolean;
  readonly label: string;
  readonly onPress: () => void;
}

function Checkbox({ isDone, label, onPress }: CheckboxProps): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  return (
    <Pressable
      testID="task-done"
      role="checkbox"
      aria-checked={isDone}
      aria-label={`${label}, done`}
      onPress={onPress}
      style={styles.touch}
    >
      <View style={isDone ? styles.boxDone : styles.box}>
        {isDone && <Icon name="check" size={16} strokeWidth={2.6} color={color.onAccent} />}
      </View>
    </Pressable>
  );
}

interface TitleEditorProps {
  readonly title: string;
  readonly onSave: (title: string) => void;
}

/** An empty title leaves the one that is there. */
function TitleEditor({ onSave, title }: TitleEditorProps): ReactElement {
  const [draft, setDraft] = useState(title);
  const styles = useStyles();
  const save = (): void => {
    onSave(draft.trim() === "" ? title : draft.trim());
  };
  return (
    <>
      <TextInput
        testID="task-edit-title"
        aria-label="Title"
        autoFocus
        value={draft}
        onChangeText={setDraft}
        onSubmitEditing={save}
        style={styles.input}
      />
      <Button testID="task-save" look="plain" title="Save" onPress={save} />
    </>
  );
}

const useStyles = themedStyles(({ color }) => ({
  row: { borderTopWidth: 1, borderTopColor: color.line, marginHorizontal: space.l },
  line: { flexDirection: "row", alignItems: "center", minHeight: 52, gap: space.xs },
  touch: {
    width: TOUCH_SIZE,
    height: TOUCH_SIZE,
    marginLeft: -space.s - 2,
    alignItems: "center",
    justifyContent: "center",
  },
  box: {
    width: 24,
    height: 24,
    borderRadius: radius.s,
    borderWidth: 1.5,
    borderColor: color.textFaint,
    backgroundColor: color.surface,
  },
  boxDone: {
    width: 24,
    height: 24,
    borderRadius: radius.s,
    alignItems: "center",
    justifyContent: "center",
    backgroundColor: color.accent,
  },
  title: { ...type.body, color: color.text, flex: 1, paddingVertical: space.m },
  titleDone: {
    ...type.body,
    color: color.textFaint,
    textDecorationLine: "line-through",
    flex: 1,
    paddingVertical: space.m,
  },
  input: {
    ...type.body,
    flex: 1,
    minWidth: 0,
    minHeight: TOUCH_SIZE - 6,
    paddingHorizontal: space.s,
    marginRight: space.s,
    borderRadius: radius.s,
    backgroundColor: color.sunken,
    color: color.text,
  },
  error: { ...type.caption, color: color.danger, paddingBottom: space.s },
}));
