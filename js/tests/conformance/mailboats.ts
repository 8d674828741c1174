// Engine objects for cases: opened over the host of this run, and closed after each case.

import type { MailboatConfig } from "../../src/config";
import { createMailboat, type MessagingConfig, type SchemaConfig } from "../../src/createMailboat";
import type { ExternalStore } from "../../src/engine/cell";
import type { Mailboat } from "../../src/mailboat";
import type { CollectionsOf, SchemaShape } from "../../src/schema";
import { host } from "./device";
import { newPath } from "./place";
import { SCHEMA } from "./schemas";

/** An engine object with the schema of this suite. */
export type Notes = Mailboat<CollectionsOf<typeof SCHEMA>>;

const open = new Set<{ close(): Promise<void> }>();

/** Opens an engine object with the schema of this suite, on a new file if not said otherwise. */
export function openNotes(different: Partial<MailboatConfig> = {}): Notes {
  return kept(createMailboat({ path: newPath(), host, ...different, schema: SCHEMA }));
}

/** Opens an engine object with another schema. */
export function openWithSchema<const S extends SchemaShape>(
  config: SchemaConfig<S>,
): Mailboat<CollectionsOf<S>> {
  return kept(createMailboat<S>({ host, ...config }));
}

/** Opens an engine object for messages. */
export function openWith(config: MessagingConfig): Mailboat {
  return kept(createMailboat({ host, ...config }));
}

/** Opens an engine object for the messages of a user, on a new file. */
export function openMessages(different: Partial<MessagingConfig> = {}): Mailboat {
  return openWith({ path: newPath(), userId: "ann", ...different });
}

/** Closes what a case has left open. */
export async function closeMailboats(): Promise<void> {
  for (const mailboat of [...open]) await mailboat.close();
  open.clear();
}

/** Resolves when it is so, now or after a change. */
export function changed<T>(store: ExternalStore<T>, holds: (value: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (holds(store.getSnapshot())) resolve();
    };
    store.subscribe(look);
    look();
  });
}

function kept<M extends { close(): Promise<void> }>(mailboat: M): M {
  open.add(mailboat);
  return mailboat;
}
