// What the app was started with on a device: Detox, `adb` and Xcode pass arguments so.

import { NativeModules } from "react-native";
import { LaunchArguments } from "react-native-launch-arguments";
import type { LaunchArguments as Given } from "../engines/account";

/** What the app was started with; nothing where the native part is missing, as in Expo Go. */
export function launchArguments(): Given {
  const modules = NativeModules as Readonly<Record<string, unknown>>;
  return modules["LaunchArguments"] == null ? {} : LaunchArguments.value<Given>();
}
