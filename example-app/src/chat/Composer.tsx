// Where a message is written.

import { useState, type ReactElement } from "react";
import {
  Platform,
  Pressable,
  Text,
  TextInput,
  View,
  type TextInputKeyPressEvent,
} from "react-native";
import { useSafeAreaInsets } from "react-native-safe-area-context";
import { Icon } from "../components/Icon";
import { sentenceOf } from "../components/useCarefully";
import { radius, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

/** Lines that the field grows to before it scrolls. */
const MAX_LINES = 5;
const MAX_HEIGHT = MAX_LINES * type.body.lineHeight + 2 * space.s;

interface ComposerProps {
  /** Resolves when the message is durable. */
  readonly send: (body: string) => Promise<unknown>;
}

/** A field that grows with its text, and a button. */
export function Composer({ send }: ComposerProps): ReactElement {
  const [draft, setDraft] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [height, setHeight] = useState(0);
  const styles = useStyles();
  const insets = useSafeAreaInsets();
  const { color } = useTheme();
  const isEmpty = draft.trim() === "";

  const submit = (): void => {
    if (isEmpty) return;
    setDraft("");
    setHeight(0);
    setError(null);
    send(draft.trim()).catch((thrown: unknown) => {
      // Nothing that somebody wrote is lost: a full disk gives it back.
      setDraft(draft);
      setError(sentenceOf(thrown));
    });
  };

  return (
    <View style={[styles.composer, { paddingBottom: insets.bottom + space.s }]}>
      {error !== null && <Text style={styles.error}>{error}</Text>}
      <View style={styles.line}>
        <TextInput
          testID="composer"
          aria-label="Message"
          placeholder="Message"
          placeholderTextColor={color.textFaint}
          multiline
          value={draft}
          onChangeText={setDraft}
          onContentSizeChange={({ nativeEvent }) => {
            setHeight(nativeEvent.contentSize.height);
          }}
          onKeyPress={Platform.OS === "web" ? onEnter(submit) : undefined}
          style={[styles.input, Platform.OS === "web" && { height: fieldHeight(draft, height) }]}
        />
        <Pressable
          testID="send"
          role="button"
          aria-label="Send"
          disabled={isEmpty}
          onPress={submit}
          style={({ pressed }) => [
            styles.send,
            pressed && styles.sendPressed,
            isEmpty && styles.sendDisabled,
          ]}
        >
          <Icon name="send" color={isEmpty ? color.textFaint : color.onAccent} size={22} />
        </Pressable>
      </View>
    </View>
  );
}

/** A keyboard with a return key of its own sends with it, and makes a line with Shift. */
function onEnter(submit: () => void): (event: TextInputKeyPressEvent) => void {
  return (event) => {
    const { key, shiftKey } = event.nativeEvent as { key: string; shiftKey?: boolean };
    if (key !== "Enter" || shiftKey === true) return;
    event.preventDefault();
    submit();
  };
}

/** A field of the web does not grow by itself. */
function fieldHeight(draft: string, contentHeight: number): number {
  if (draft === "") return TOUCH_SIZE;
  return Math.min(MAX_HEIGHT, Math.max(TOUCH_SIZE, contentHeight));
}

const useStyles = themedStyles(({ color }) => ({
  composer: {
    backgroundColor: color.surface,
    borderTopWidth: 1,
    borderTopColor: color.line,
    paddingHorizontal: space.m,
    paddingTop: space.s,
  },
  error: { ...type.caption, color: color.danger, paddingBottom: space.xs },
  line: { flexDirection: "row", alignItems: "flex-end", gap: space.s },
  input: {
    ...type.body,
    flex: 1,
    minHeight: TOUCH_SIZE,
    maxHeight: MAX_HEIGHT,
    borderRadius: TOUCH_SIZE / 2,
    paddingHorizontal: space.l,
    paddingTop: 11,
    paddingBottom: 11,
    backgroundColor: color.sunken,
    color: color.text,
  },
  send: {
    width: TOUCH_SIZE,
    height: TOUCH_SIZE,
    borderRadius: radius.pill,
    alignItems: "center",
    justifyContent: "center",
    backgroundColor: color.accent,
  },
  sendPressed: { backgroundColor: color.accentPressed },
  sendDisabled: { backgroundColor: color.sunken },
}));
