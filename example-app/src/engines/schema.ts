// What the app keeps: conversations, messages and receipts in one engine, tasks in another.

import { messagingSchema, type CollectionsOf } from "react-native-mailboat";

/**
 * How far one user has come in one conversation. A server that knows groups shows it to the
 * conversation's members, because it stands in the conversation's lane.
 */
const receipts = {
  name: "receipts",
  columns: [
    { name: "conversationId", type: "text" },
    { name: "userId", type: "text" },
    // Messages are named rather than times: device clocks differ, and the order of messages
    // is the server's.
    { name: "deliveredId", type: "text", optional: true },
    { name: "readId", type: "text", optional: true },
  ],
  indexes: [["conversationId"], ["userId"]],
  laneColumn: "conversationId",
  // A refused message must not keep receipts back.
  lanePolicy: "skip",
  operations: ["create", "update"],
  conflict: "clientWins",
} as const;

/** Of the chat's engine: what ships with the package, and receipts. */
export const chatSchema = {
  collections: [...messagingSchema.collections, receipts],
} as const;

/** Of the tasks' engine: what the preset `fieldData` wants of a collection. */
export const tasksSchema = {
  collections: [
    {
      name: "tasks",
      columns: [
        { name: "title", type: "text", maxBytes: 1_000 },
        { name: "done", type: "boolean" },
      ],
      operations: ["create", "update"],
      conflict: "clientWins",
      initialSync: "required",
    },
  ],
} as const;

/** Columns of the chat's collections. */
export type ChatCollections = CollectionsOf<typeof chatSchema>;

/** Columns of the tasks' collections. */
export type TasksCollections = CollectionsOf<typeof tasksSchema>;
