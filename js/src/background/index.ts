// Everything an app imports from "react-native-mailboat/background".

export {
  BACKGROUND_BUDGET_MS,
  BACKGROUND_SYNC_TASK,
  defineBackgroundSync,
  type BackgroundMailboat,
  type BackgroundSync,
  type BackgroundSyncOptions,
} from "./backgroundSync";
export type { ExpoBackgroundTaskLibrary, ExpoTaskManagerLibrary } from "./expoLibraries";
