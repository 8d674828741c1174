// The screen in front of an app that cannot be used before its records are here.

import type { ReactElement, ReactNode } from "react";
import {
  ActivityIndicator,
  StyleSheet,
  Text,
  View,
  type StyleProp,
  type ViewStyle,
} from "react-native";
import type { InitialSyncState } from "../generated/waist";
import type { SyncStatusView } from "../hooks/statusView";
import { useDebouncedSyncStatus } from "../hooks/useDebouncedSyncStatus";
import { useInitialSync } from "../hooks/useInitialSync";
import { RetryButton } from "./RetryButton";
import { initialSyncTexts, type InitialSyncScreenTexts } from "./texts";
import { useStatusTheme, type StatusTheme } from "./theme";

/** What {@link InitialSyncScreen} takes. */
export interface InitialSyncScreenProps {
  /** The app, shown once its required collections are here. */
  readonly children?: ReactNode;
  /** The app's own words. */
  readonly texts?: Partial<InitialSyncScreenTexts>;
  /** The app's own colours. */
  readonly theme?: Partial<StatusTheme>;
  /** Of the screen. */
  readonly style?: StyleProp<ViewStyle>;
  /**
   * `initial-sync` when left out; its parts are `initial-sync-text`, `initial-sync-error` and
   * `initial-sync-retry`.
   */
  readonly testID?: string;
}

/**
 * Shows how far the first pull has come, what stands in its way and a button that tries again,
 * until every collection with `initialSync: "required"` is here; from then on `children`, also
 * after a restart without a network.
 *
 * @example
 * ```tsx
 * <MailboatProvider mailboat={mailboat}>
 *   <InitialSyncScreen>
 *     <Chat />
 *   </InitialSyncScreen>
 * </MailboatProvider>
 * ```
 */
export function InitialSyncScreen({ children, ...screen }: InitialSyncScreenProps): ReactElement {
  const { state } = useInitialSync();
  return state === "done" ? <>{children}</> : <WaitingScreen {...screen} />;
}

function WaitingScreen(props: Omit<InitialSyncScreenProps, "children">): ReactElement {
  const { style, testID = "initial-sync" } = props;
  const { error, records, state, syncNow } = useDebouncedSyncStatus(progressOf);
  const theme = useStatusTheme(props.theme);
  const texts = { ...initialSyncTexts, ...props.texts };
  const text = state === "running" ? texts.running(records) : texts[state];
  return (
    <View style={[styles.screen, { backgroundColor: theme.surface }, style]} testID={testID}>
      {state === "running" && <ActivityIndicator aria-hidden color={theme.active} />}
      <Text
        aria-live="polite"
        style={[styles.text, { color: theme.text }]}
        testID={`${testID}-text`}
      >
        {text}
      </Text>
      {error !== null && (
        <Text
          aria-live="polite"
          role="alert"
          style={[styles.error, { color: theme.error }]}
          testID={`${testID}-error`}
        >
          {texts.error(error)}
        </Text>
      )}
      {state !== "running" && (
        <RetryButton
          label={state === "failed" ? texts.retry : texts.now}
          retry={syncNow}
          testID={`${testID}-retry`}
          theme={theme}
        />
      )}
    </View>
  );
}

/** What of the status the screen shows. */
interface Shown extends Pick<SyncStatusView, "error" | "syncNow"> {
  readonly state: InitialSyncState;
  readonly records: number;
}

function progressOf({ error, initialSync, syncNow }: SyncStatusView): Shown {
  const { records, state } = initialSync ?? { records: 0, state: "waiting" };
  return { error, records, state, syncNow };
}

const styles = StyleSheet.create({
  screen: { alignItems: "center", flex: 1, gap: 16, justifyContent: "center", padding: 32 },
  text: { fontSize: 17, lineHeight: 24, textAlign: "center" },
  error: { fontSize: 15, lineHeight: 20, textAlign: "center" },
});
