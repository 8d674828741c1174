// What examples in TSDoc use without saying where it comes from: an app around them. Only
// their types are read; nothing of it runs.

import type { ComponentType, ReactElement } from "react";
import type {
  BatchWriteOf,
  GetToken,
  Mailboat,
  Message,
  MessagingCollections,
  OutboxEntry,
  PullPage,
  PushOutcome,
  RestBackend,
} from "../../src";
import type { TestMailboat } from "../../src/testing";

/** An open engine with the collections of messaging. */
export declare const mailboat: Mailboat;
/** Collections of an app that is no chat. */
export type YardCollections = {
  accounts: { balance: number };
  bookings: { boat: string; day: string };
  todos: { title: string; done?: boolean | null };
};
/** An open engine with them. */
export declare const yard: Mailboat<YardCollections>;
/** The folder that the platform gives an app for its documents. */
export declare const documentFolder: string;
/** Where a database file lies. */
export declare const path: string;
export declare const backend: RestBackend;
export declare const getToken: GetToken;
/** Whatever an app signs people in with. */
export declare const auth: {
  session(options: { readonly refresh: boolean }): Promise<{ readonly token: string } | null>;
};
/** Whatever an app talks to its server with. */
export declare const api: {
  get(path: string, query: object): Promise<PullPage>;
  post(path: string, body: object): Promise<PushOutcome[]>;
};
/** Whatever an app counts with. */
export declare const analytics: { count(what: string, by: number): void };
/** A library that knows the network. */
export declare const radio: { watch(listener: (isUp: boolean) => void): () => void };
/** Ids of records. */
export declare const id: string;
export declare const conversationId: string;
export declare const memberIds: string[];
/** What somebody has typed. */
export declare const draft: string;
export declare const writes: BatchWriteOf<MessagingCollections>[];
/** One that waits in the outbox. */
export declare const entry: OutboxEntry;
/** A device under test. */
export declare const device: TestMailboat;
/** Parts of an app's screens. */
export declare const Chat: ComponentType;
export declare const Splash: ComponentType;
export declare const Banner: ComponentType<{ readonly text: string }>;
export declare const Photo: ComponentType<{ readonly size: "small" | "original" }>;
export declare const renderConversation: () => ReactElement;
export declare const renderMessage: (info: { readonly item: Message }) => ReactElement;
/** Puts rows on a screen in an app without React. */
export declare function draw(rows: readonly unknown[]): void;
export declare function show(...what: unknown[]): void;
export declare function report(...what: unknown[]): void;
export declare function showFreeUpSpace(): void;
/** An app's translations. */
export declare function t(key: string): string;
