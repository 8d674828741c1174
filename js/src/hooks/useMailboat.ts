// The engine of the nearest provider.

import { useContext } from "react";
import { mailboatError } from "../error";
import type { Mailboat } from "../mailboat";
import type { MessagingCollections } from "../messaging";
import type { Collections } from "../schema";
import { MailboatContext } from "./context";

/**
 * The engine of the nearest {@link MailboatProvider}.
 *
 * @typeParam C - the collections of the app's schema, where they are not those of messaging
 * @throws {@link MailboatError} `INVALID_ARGUMENT` when there is no provider around it
 *
 * @example
 * ```tsx
 * const mailboat = useMailboat();
 * const rename = (title: string) => mailboat.update("conversations", id, { title });
 * ```
 */
export function useMailboat<C extends Collections = MessagingCollections>(): Mailboat<C> {
  const mailboat = useContext(MailboatContext);
  if (mailboat === null) {
    throw mailboatError(
      "INVALID_ARGUMENT",
      "There is no Mailboat here. Render this component inside <MailboatProvider>.",
    );
  }
  return mailboat as unknown as Mailboat<C>;
}
