// Everything an app imports from "react-native-mailboat/components". Apart from the entry,
// because that also loads in plain Node, where React Native does not.

export { ConnectionStatus, type ConnectionStatusProps } from "./ConnectionStatus";
export { InitialSyncScreen, type InitialSyncScreenProps } from "./InitialSyncScreen";
export { SyncErrorBanner, type SyncErrorBannerProps } from "./SyncErrorBanner";
export { SyncStatusIcon, type SyncStatusIconProps } from "./SyncStatusIcon";
export { syncStateOf, type SyncState } from "./syncState";
export {
  errorText,
  type ConnectionStatusTexts,
  type InitialSyncScreenTexts,
  type SyncErrorBannerTexts,
  type SyncStatusIconTexts,
} from "./texts";
export { darkStatusTheme, lightStatusTheme, type StatusTheme } from "./theme";
