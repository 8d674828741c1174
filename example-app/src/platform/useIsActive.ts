// Whether the app is in front.

import { useSyncExternalStore } from "react";
import { AppState } from "react-native";

function subscribe(listener: () => void): () => void {
  const subscription = AppState.addEventListener("change", listener);
  return () => {
    subscription.remove();
  };
}

function isActive(): boolean {
  return AppState.currentState === "active";
}

/** Whether somebody can see the app. */
export function useIsActive(): boolean {
  return useSyncExternalStore(subscribe, isActive, isActive);
}
