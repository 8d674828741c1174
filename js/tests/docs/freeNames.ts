// What examples in TSDoc use without saying where it comes from: an app around them. Only
// their types are read; nothing of it runs.

import type { ComponentType, ReactElement } from "react";
import type {
  ExternalStore,
  GetToken,
  Mailboat,
  Message,
  OutboxEntry,
  RestBackend,
  Row,
} from "../../src";
import type { TestMailboat } from "../../src/testing";

/** An open engine with the collections of messaging. */
export declare const mailboat: Mailboat;
/** An open engine with an app's own collections. */
export declare const yard: Mailboat<{
  accounts: { owner: string; balance: number };
  bookings: { boat: string; from: number; to: number };
  readings: { depth: number };
  todos: { title: string; done?: boolean | null };
}>;
/** The folder that the platform gives an app for its documents. */
export declare const documentFolder: string;
/** Where a database file lies. */
export declare const path: string;
export declare const backend: RestBackend;
export declare const getToken: GetToken;
/** Ids of records. */
export declare const id: string;
export declare const conversationId: string;
export declare const memberIds: string[];
/** What somebody has typed. */
export declare const draft: string;
/** One that waits in the outbox. */
export declare const entry: OutboxEntry;
/** A device under test. */
export declare const device: TestMailboat;
/** Parts of an app's screens. */
export declare const Chat: ComponentType;
export declare const Splash: ComponentType;
export declare const Banner: ComponentType<{ readonly text: string }>;
export declare const Photo: ComponentType<{ readonly uri: string }>;
export declare const renderConversation: () => ReactElement;
export declare const renderMessage: (info: { readonly item: Message }) => ReactElement;
/** Puts rows on a screen in an app without React. */
export declare function draw(rows: readonly unknown[]): void;
export declare function show(...what: unknown[]): void;
export declare function report(...what: unknown[]): void;
export declare function showFreeUpSpace(): void;
/** An app's translations. */
export declare function t(key: string): string;
export declare const store: ExternalStore<readonly Row[]>;
