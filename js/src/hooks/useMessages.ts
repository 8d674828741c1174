// The messages of a conversation: what a chat screen needs.

import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { MailboatError } from "../error";
import type { Written } from "../generated/waist";
import { HISTORY_PAGE } from "../mailboat";
import type { Message } from "../messaging";
import type { CreateOptions } from "../write";
import { useMailboat } from "./useMailboat";

/** What {@link useMessages} answers. */
export interface MessagesView {
  /** Oldest first; those that wait to be sent come last. One that is shown stays. */
  readonly messages: readonly Message[];
  /** Shows a page of older messages, from this device or else from the server. Never rejects. */
  readonly loadOlder: () => Promise<void>;
  /** Whether `loadOlder` may find more. */
  readonly hasOlder: boolean;
  /** Whether the server is being asked for older messages. */
  readonly loadingOlder: boolean;
  /** Why messages may be out of date, or why older ones could not be fetched. */
  readonly error: MailboatError | null;
  /** Writes a message. Resolves when it is durable and on screen. */
  readonly send: (body: string, options?: CreateOptions) => Promise<Written>;
}

/**
 * The newest messages of a conversation as they change.
 *
 * The first render already has them. A message shows once it is durable, with `delivery`
 * telling how far it has come; messages that have not changed are the same objects.
 *
 * @param conversationId - id of the conversation
 * @param options - `limit`: messages shown at first and added by each `loadOlder`; 50 when left out
 *
 * @example
 * ```tsx
 * const { messages, loadOlder, send } = useMessages(conversationId);
 * return (
 *   <FlatList inverted data={messages.toReversed()} renderItem={renderMessage}
 *     onEndReached={loadOlder} />
 * );
 * ```
 */
export function useMessages(
  conversationId: string,
  options: { readonly limit?: number } = {},
): MessagesView {
  const { limit = HISTORY_PAGE } = options;
  const mailboat = useMailboat();
  const history = useMemo(
    () => mailboat.history("messages", conversationId, { limit }),
    [mailboat, conversationId, limit],
  );
  const { getSnapshot, loadOlder, subscribe } = history;
  const { error, hasOlder, loadingOlder, rows } = useSyncExternalStore(
    subscribe,
    getSnapshot,
    getSnapshot,
  );
  const send = useCallback(
    (body: string, options?: CreateOptions) => mailboat.sendMessage(conversationId, body, options),
    [mailboat, conversationId],
  );
  return { messages: rows, loadOlder, hasOlder, loadingOlder, error, send };
}
