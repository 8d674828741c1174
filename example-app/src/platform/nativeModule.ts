// The native module as React Native hands it out on a device; for the diagnostics only.

import { TurboModuleRegistry, type TurboModule } from "react-native";

/** The module object; `null` where it is missing. */
export function nativeModule(): object | null {
  return TurboModuleRegistry.get<TurboModule>("Mailboat");
}
