// The icon that says at a glance how syncing goes.

import type { ReactElement } from "react";
import { View, type StyleProp, type ViewStyle } from "react-native";
import type { Progress } from "../generated/waist";
import type { SyncStatusView } from "../hooks/statusView";
import { useDebouncedSyncStatus } from "../hooks/useDebouncedSyncStatus";
import { StatusGlyph } from "./StatusGlyph";
import { syncStateOf, type SyncState } from "./syncState";
import { iconTexts, type SyncStatusIconTexts } from "./texts";
import { useStatusTheme, type StatusTheme } from "./theme";

/** Width and height of the icon when the app does not say, in density-independent pixels. */
const ICON_SIZE = 20;

/** What {@link SyncStatusIcon} takes. */
export interface SyncStatusIconProps {
  /** Width and height in density-independent pixels; 20 when left out. */
  readonly size?: number;
  /** The app's own words. */
  readonly texts?: Partial<SyncStatusIconTexts>;
  /** The app's own colours. */
  readonly theme?: Partial<StatusTheme>;
  /** Of the view around it. */
  readonly style?: StyleProp<ViewStyle>;
  /** `status-icon` when left out. */
  readonly testID?: string;
}

/**
 * An icon that says how syncing goes: synced, syncing, waiting, offline, or failed, with a
 * label that says it in words. It changes once a second at most.
 *
 * @example
 * ```tsx
 * const { syncNow } = useSyncStatus();
 * <Pressable onPress={syncNow}>
 *   <SyncStatusIcon size={24} />
 * </Pressable>
 * ```
 */
export function SyncStatusIcon(props: SyncStatusIconProps): ReactElement {
  const { size = ICON_SIZE, style, testID = "status-icon" } = props;
  const shown = useDebouncedSyncStatus(iconOf);
  const theme = useStatusTheme(props.theme);
  const { progress, state } = shown;
  const done = state === "syncing" ? partOf(progress) : null;
  return (
    <View
      accessible
      aria-label={labelOf(shown, { ...iconTexts, ...props.texts })}
      role={done === null ? "img" : "progressbar"}
      style={style}
      testID={testID}
      {...(done !== null && valueOf(done))}
    >
      <StatusGlyph
        color={colorOf(state, theme)}
        direction={shown.isPulling ? "down" : "up"}
        done={done}
        size={size}
        state={state}
      />
    </View>
  );
}

/** What of the status the icon shows. */
interface Shown {
  readonly state: SyncState;
  readonly isPulling: boolean;
  readonly progress: Progress | null;
  readonly pending: number;
  readonly failed: number;
}

function iconOf(status: SyncStatusView): Shown {
  const { failed, pending, phase, progress } = status;
  return { state: syncStateOf(status), isPulling: phase === "pulling", progress, pending, failed };
}

function labelOf({ failed, pending, progress, state }: Shown, texts: SyncStatusIconTexts): string {
  switch (state) {
    case "synced":
      return texts.synced;
    case "syncing":
      return texts.syncing(progress);
    case "waiting":
      return texts.waiting(pending);
    case "offline":
      return texts.offline(pending);
    case "failed":
      return texts.failed(failed);
  }
}

function colorOf(state: SyncState, theme: StatusTheme): string {
  switch (state) {
    case "synced":
      return theme.good;
    case "syncing":
      return theme.active;
    case "waiting":
      return theme.mutedText;
    case "offline":
      return theme.warning;
    case "failed":
      return theme.error;
  }
}

function partOf(progress: Progress | null): number | null {
  if (progress === null || progress.total === null) return null;
  return Math.min(progress.done / Math.max(progress.total, 1), 1);
}

function valueOf(done: number): object {
  return {
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": Math.round(done * 100),
  };
}
