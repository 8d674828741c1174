// Where a task is added.

import { useState, type ReactElement } from "react";
import { Platform, Switch, Text, TextInput, View } from "react-native";
import { useMailboat } from "react-native-mailboat";
import { Button } from "../components/Button";
import { useCarefully } from "../components/useCarefully";
import type { TasksCollections } from "../engines/schema";
import { radius, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

/** On the web a switch that is on takes its thumb's colour from a property of its own. */
const whiteThumb = Platform.OS === "web" ? { activeThumbColor: "#ffffff" } : {};

/** A field, and whether it may wait. */
export function NewTask(): ReactElement {
  const mailboat = useMailboat<TasksCollections>();
  const styles = useStyles();
  const { color } = useTheme();
  const [title, setTitle] = useState("");
  const [isLow, setLow] = useState(false);
  const [error, carefully] = useCarefully();

  const add = (): void => {
    if (title.trim() === "") return;
    const values = { title: title.trim(), done: false };
    setTitle("");
    carefully(mailboat.create("tasks", values, isLow ? { priority: "low" } : {}));
  };

  return (
    <View style={styles.form}>
      <View style={styles.line}>
        <TextInput
          testID="task-new-title"
          aria-label="New task"
          placeholder="New task"
          placeholderTextColor={color.textFaint}
          value={title}
          onChangeText={setTitle}
          onSubmitEditing={add}
          style={styles.input}
        />
        <Button testID="task-add" title="Add" disabled={title.trim() === ""} onPress={add} />
      </View>
      <View style={styles.line}>
        <Text style={styles.hint}>Low priority: waits for Wi-Fi</Text>
        <Switch
          testID="task-low-priority"
          aria-label="Low priority"
          value={isLow}
          onValueChange={setLow}
          trackColor={{ false: color.line, true: color.accent }}
          thumbColor="#ffffff"
          {...whiteThumb}
        />
      </View>
      {error !== null && <Text style={styles.error}>{error}</Text>}
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  form: { padding: space.l, gap: space.m },
  line: { flexDirection: "row", alignItems: "center", gap: space.s },
  input: {
    ...type.body,
    flex: 1,
    minWidth: 0,
    minHeight: TOUCH_SIZE,
    paddingHorizontal: space.m,
    borderRadius: radius.m,
    borderWidth: 1,
    borderColor: color.line,
    backgroundColor: color.surface,
    color: color.text,
  },
  hint: { ...type.detail, color: color.textSecondary, flex: 1 },
  error: { ...type.caption, color: color.danger },
}));
