// Libraries that examples name and the package does not depend on: as much of their types as
// the examples need.

declare module "expo-network" {
  import type { ExpoNetworkLibrary } from "react-native-mailboat";
  export const addNetworkStateListener: ExpoNetworkLibrary["addNetworkStateListener"];
  export const getNetworkStateAsync: ExpoNetworkLibrary["getNetworkStateAsync"];
}

declare module "@react-native-community/netinfo" {
  import type { NetInfoLibrary } from "react-native-mailboat";
  const NetInfo: NetInfoLibrary;
  export default NetInfo;
}

declare module "expo-task-manager" {
  import type { ExpoTaskManagerLibrary } from "react-native-mailboat/background";
  export const defineTask: ExpoTaskManagerLibrary["defineTask"];
  export function isTaskRegisteredAsync(taskName: string): Promise<boolean>;
}

declare module "expo-background-task" {
  import type { ExpoBackgroundTaskLibrary } from "react-native-mailboat/background";
  export const BackgroundTaskResult: ExpoBackgroundTaskLibrary["BackgroundTaskResult"];
  export const registerTaskAsync: ExpoBackgroundTaskLibrary["registerTaskAsync"];
  export const unregisterTaskAsync: ExpoBackgroundTaskLibrary["unregisterTaskAsync"];
}

declare module "@sentry/react-native" {
  type Level = "fatal" | "error" | "warning" | "log" | "info" | "debug";
  export function addBreadcrumb(breadcrumb: {
    readonly category?: string;
    readonly level?: Level;
    readonly message?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  }): void;
  export function captureException(
    error: unknown,
    hint?: { readonly tags?: Readonly<Record<string, string>> },
  ): string;
}
