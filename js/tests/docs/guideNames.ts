// What the guides' short blocks use without saying where it comes from: the app around them.
// Only their types are read; nothing of it runs. A block that declares or imports a name of
// its own goes by that one.

import type { ComponentType } from "react";
import type { GetToken, JavaScriptBackend, Mailboat, MailboatConfig, RestBackend } from "../../src";

/** An open engine, with the collections of messaging and some of an app's own. */
export declare const mailboat: Mailboat<{
  conversations: { title: string; memberIds: string[] };
  messages: { conversationId: string; senderId: string; body: string; sentAt: number };
  bookings: { boat: string; from: number; to: number };
  readings: { depth: number };
  tasks: { title: string; done?: boolean | null; dueAt?: number | null };
}>;
/** Where a database file lies. */
export declare const path: string;
export declare const backend: RestBackend;
/** Of a backend in JavaScript. */
export declare const push: JavaScriptBackend["push"];
export declare const pull: JavaScriptBackend["pull"];
export declare const getToken: GetToken;
export declare const schema: NonNullable<MailboatConfig["schema"]>;
/** Ids of records. */
export declare const id: string;
export declare const conversationId: string;
export declare const crew: string;
/** What somebody has typed. */
export declare const draft: string;
export declare const title: string;
/** Who is signed in, and how an app learns a token. */
export declare const userId: string;
export declare const session: {
  token(info: { readonly refresh: boolean }): Promise<string | null>;
};
/** Where an app reports to. */
export declare const reporting: {
  breadcrumb(facts: object): void;
  event(name: string): void;
};
export declare const booking: { boat: string; from: number; to: number };
/** Parts of an app. */
export declare const TryAgain: ComponentType<{ why: string | undefined; onPress: () => void }>;
export declare function alertPerson(...what: unknown[]): void;
export declare function remind(...what: unknown[]): void;
export declare function report(...what: unknown[]): void;
export declare function setBar(...what: unknown[]): void;
export declare function show(...what: unknown[]): void;
export declare function showFreeUpSpace(): void;
/** The collections of the guide on collections. */
export type Tasks = { tasks: { title: string; done: boolean; dueAt?: number | null } };
