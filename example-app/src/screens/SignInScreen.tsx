// Asks who uses this device, and for the server, when the app was not told at its start.

import { useState, type ReactElement } from "react";
import { KeyboardAvoidingView, Platform, Text, View } from "react-native";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import { Icon } from "../components/Icon";
import { parseAccount, type Account } from "../engines/account";
import { radius, space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";

/** A name and an address. */
export function SignInScreen(props: {
  readonly onSignIn: (account: Account) => void;
}): ReactElement {
  const styles = useStyles();
  const { color } = useTheme();
  const [user, setUser] = useState("");
  const [server, setServer] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const signIn = (): void => {
    const account = parseAccount(user, server);
    if (typeof account === "string") setProblem(account);
    else props.onSignIn(account);
  };
  return (
    <KeyboardAvoidingView
      testID="screen-sign-in"
      behavior={Platform.OS === "web" ? undefined : "padding"}
      style={styles.screen}
    >
      <View style={styles.form}>
        <View style={styles.sign}>
          <Icon name="boat" color={color.onAccent} size={38} strokeWidth={1.6} />
        </View>
        <Text role="heading" style={styles.title}>
          Mailboat
        </Text>
        <Text style={styles.text}>
          Messages and tasks that are kept at once and travel when the network allows.
        </Text>
        <Field
          testID="sign-in-user"
          label="Your name"
          placeholder="ann"
          autoCapitalize="none"
          value={user}
          onChangeText={setUser}
        />
        <Field
          testID="sign-in-server"
          label="Server"
          placeholder="http://192.168.0.10:4077"
          autoCapitalize="none"
          inputMode="url"
          value={server}
          onChangeText={setServer}
          onSubmitEditing={signIn}
        />
        {problem !== null && (
          <Text role="alert" testID="sign-in-problem" style={styles.problem}>
            {problem}
          </Text>
        )}
        <Button testID="sign-in" title="Sign in" onPress={signIn} />
      </View>
    </KeyboardAvoidingView>
  );
}

const useStyles = themedStyles(({ color }) => ({
  screen: {
    flex: 1,
    alignItems: "center",
    justifyContent: "center",
    padding: space.xl,
    backgroundColor: color.background,
  },
  form: { width: "100%", maxWidth: 380, gap: space.l },
  sign: {
    width: 72,
    height: 72,
    borderRadius: radius.l,
    alignItems: "center",
    justifyContent: "center",
    backgroundColor: color.accent,
  },
  title: { ...type.title, color: color.text },
  text: { ...type.body, color: color.textSecondary, marginTop: -space.s },
  problem: { ...type.detail, color: color.danger },
}));
