// The banner that says what stands in the way, and lets a person try again.

import { useSyncExternalStore, type ReactElement } from "react";
import { StyleSheet, Text, View, type StyleProp, type ViewStyle } from "react-native";
import type { SyncStatusView } from "../hooks/statusView";
import { useDebouncedSyncStatus } from "../hooks/useDebouncedSyncStatus";
import { useMailboat } from "../hooks/useMailboat";
import type { Collections } from "../schema";
import { RetryButton } from "./RetryButton";
import { errorBannerTexts, type SyncErrorBannerTexts } from "./texts";
import { useStatusTheme, type StatusTheme } from "./theme";

/** What {@link SyncErrorBanner} takes. */
export interface SyncErrorBannerProps {
  /** The app's own words. */
  readonly texts?: Partial<SyncErrorBannerTexts>;
  /** The app's own colours. */
  readonly theme?: Partial<StatusTheme>;
  /** Of the banner. */
  readonly style?: StyleProp<ViewStyle>;
  /** `error-banner` when left out; its parts are `error-banner-text` and `error-banner-retry`. */
  readonly testID?: string;
}

/**
 * Says what stands in the way of syncing, with a button that tries again. Nothing is rendered
 * while nothing does. It changes once a second at most.
 *
 * @example
 * ```tsx
 * <>
 *   <SyncErrorBanner />
 *   <Chat />
 * </>
 * ```
 */
export function SyncErrorBanner(props: SyncErrorBannerProps): ReactElement | null {
  const { style, testID = "error-banner" } = props;
  const { error, syncNow } = useDebouncedSyncStatus(bannerOf);
  const { getSnapshot, subscribe } = useMailboat<Collections>().state;
  const state = useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
  const theme = useStatusTheme(props.theme);
  if (error === null) return null;
  const texts = { ...errorBannerTexts, ...props.texts };
  return (
    <View style={[styles.banner, { backgroundColor: theme.errorSurface }, style]} testID={testID}>
      <Text
        aria-live="polite"
        role="alert"
        style={[styles.text, { color: theme.error }]}
        testID={`${testID}-text`}
      >
        {texts.error(error)}
      </Text>
      {state.kind === "ready" && (
        <RetryButton label={texts.retry} retry={syncNow} testID={`${testID}-retry`} theme={theme} />
      )}
    </View>
  );
}

function bannerOf({ error, syncNow }: SyncStatusView): Pick<SyncStatusView, "error" | "syncNow"> {
  return { error, syncNow };
}

const styles = StyleSheet.create({
  banner: {
    alignItems: "center",
    flexDirection: "row",
    gap: 12,
    paddingHorizontal: 16,
    paddingVertical: 10,
  },
  text: { flex: 1, fontSize: 15, lineHeight: 20 },
});
