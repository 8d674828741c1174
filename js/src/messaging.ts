// The collections of the schema that ships with the package. Nothing else in the engine
// knows messages: an app's own collections work the same way.

import type { Delivery } from "./row";

/** Columns of a conversation. */
export interface ConversationColumns {
  /** What people call it. */
  title: string;
  /** Ids of the people in it. */
  memberIds: string[];
}

/** Columns of a message. */
export interface MessageColumns {
  /** The conversation it belongs to; its messages are sent in order. */
  conversationId: string;
  /** Who wrote it. */
  senderId: string;
  /** What it says. */
  body: string;
  /** When it was written by the sender's clock, in milliseconds since the Unix epoch. */
  sentAt: number;
}

/**
 * The collections of the messaging schema, by name: what a `Mailboat` has in it when the app
 * brings no schema of its own.
 */
export type MessagingCollections = {
  /** Who talks with whom. */
  conversations: ConversationColumns;
  /** What they say. */
  messages: MessageColumns;
};

/** A conversation as it is shown. */
export interface Conversation extends Readonly<ConversationColumns> {
  /** Made by the device that created it. */
  readonly id: string;
  /** How far its own writes have come. */
  readonly delivery: Delivery;
}

/** A message as it is shown. */
export interface Message extends Readonly<MessageColumns> {
  /** Made by the device that wrote it. */
  readonly id: string;
  /** How far it has come. */
  readonly delivery: Delivery;
}
