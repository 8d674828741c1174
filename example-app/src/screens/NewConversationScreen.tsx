// Begins a conversation.

import { useState, type ReactElement } from "react";
import { Text, View } from "react-native";
import { useMailboat } from "react-native-mailboat";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import { Screen } from "../components/Screen";
import { useCarefully } from "../components/useCarefully";
import { useEngines } from "../engines/EnginesProvider";
import type { RootScreenProps } from "../navigation/routes";
import { space, type } from "../theme/tokens";
import { themedStyles } from "../theme/useTheme";

/** Asks for a title and members. */
export function NewConversationScreen({
  navigation,
}: RootScreenProps<"NewConversation">): ReactElement {
  const { user } = useEngines().account;
  const mailboat = useMailboat();
  const styles = useStyles();
  const [title, setTitle] = useState("");
  const [members, setMembers] = useState("");
  const [error, carefully] = useCarefully();
  const others = idsIn(members).filter((id) => id !== user);
  const canCreate = title.trim() !== "" || others.length > 0;

  const create = async (): Promise<void> => {
    const { id } = await mailboat.create("conversations", {
      title: title.trim() === "" ? others.join(", ") : title.trim(),
      memberIds: [user, ...others],
    });
    navigation.replace("Chat", { conversationId: id });
  };

  return (
    <Screen
      testID="screen-new-conversation"
      title="New conversation"
      subtitle={null}
      onBack={navigation.goBack}
    >
      <View style={styles.form}>
        <Field
          testID="new-conversation-title"
          label="Title"
          placeholder="Night watch"
          value={title}
          onChangeText={setTitle}
        />
        <Field
          testID="new-conversation-members"
          label="Members"
          placeholder="ben, carla"
          autoCapitalize="none"
          value={members}
          onChangeText={setMembers}
        />
        <Text style={styles.hint}>Names of the others, with commas between them.</Text>
        {error !== null && <Text style={styles.error}>{error}</Text>}
        <Button
          testID="new-conversation-create"
          title="Begin"
          disabled={!canCreate}
          onPress={() => {
            carefully(create());
          }}
        />
      </View>
    </Screen>
  );
}

/** Each once, in their order. */
function idsIn(text: string): string[] {
  const ids = text.split(",").map((id) => id.trim());
  return [...new Set(ids)].filter((id) => id !== "");
}

const useStyles = themedStyles(({ color }) => ({
  form: { padding: space.l, gap: space.l },
  hint: { ...type.caption, color: color.textSecondary, marginTop: -space.s },
  error: { ...type.detail, color: color.danger },
}));
