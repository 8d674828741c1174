// Hands the engine to the hooks below, once it can be read from.

import { useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import type { Mailboat } from "../mailboat";
import type { Collections } from "../schema";
import { MailboatContext } from "./context";

/**
 * What {@link MailboatProvider} takes.
 *
 * @typeParam C - the collections of the app's schema
 */
export interface MailboatProviderProps<C extends Collections> {
  /** The engine, from `createMailboat`. */
  readonly mailboat: Mailboat<C>;
  /** Shown while the database opens; nothing when left out. */
  readonly fallback?: ReactNode;
  /** What uses the hooks. */
  readonly children?: ReactNode;
}

/**
 * Hands the engine to the hooks below. While the database opens (a migration, a recovery)
 * it shows `fallback`; when opening fails, it throws the `MailboatError` to the nearest
 * error boundary.
 *
 * @throws {@link MailboatError} while it renders, when opening failed
 *
 * @example
 * ```tsx
 * <MailboatProvider mailboat={mailboat} fallback={<Splash />}>
 *   <Chat />
 * </MailboatProvider>
 * ```
 */
export function MailboatProvider<C extends Collections>({
  mailboat,
  fallback = null,
  children,
}: MailboatProviderProps<C>): ReactElement {
  const { getSnapshot, subscribe } = mailboat.state;
  const state = useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
  if (state.kind === "failed") throw state.error;
  if (state.kind === "opening") return <>{fallback}</>;
  return <MailboatContext.Provider value={mailboat}>{children}</MailboatContext.Provider>;
}
