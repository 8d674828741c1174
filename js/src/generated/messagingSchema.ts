// Written by rust/engine/tests/generated.rs from the Rust types. Never edit: run `npm run generate`.
/**
 * The collections that ship with the package, `conversations` and `messages`: what an engine
 * has when its config names no schema.
 *
 * @example With a collection of the app's own beside them.
 * ```ts
 * const collections = [
 *   ...messagingSchema.collections,
 *   { name: "boats", columns: [{ name: "name", type: "text" }] },
 * ] as const;
 * const mailboat = createMailboat({ path, schema: { collections } });
 * ```
 */
export const messagingSchema = {
  "collections": [
    {
      "coalesce": true,
      "columns": [
        {
          "maxBytes": 65536,
          "name": "title",
          "optional": false,
          "type": "text"
        },
        {
          "maxBytes": 65536,
          "name": "memberIds",
          "optional": false,
          "type": "json"
        }
      ],
      "conflict": "merge",
      "indexes": [],
      "lanePolicy": "hold",
      "name": "conversations",
      "onRemoteDelete": "keepLocal",
      "operations": [
        "create",
        "update",
        "delete"
      ],
      "priority": "normal",
      "send": "immediate",
      "write": "localFirst"
    },
    {
      "coalesce": true,
      "columns": [
        {
          "maxBytes": 65536,
          "name": "conversationId",
          "optional": false,
          "type": "text"
        },
        {
          "maxBytes": 65536,
          "name": "senderId",
          "optional": false,
          "type": "text"
        },
        {
          "maxBytes": 65536,
          "name": "body",
          "optional": false,
          "type": "text"
        },
        {
          "maxBytes": 65536,
          "name": "sentAt",
          "optional": false,
          "type": "integer"
        }
      ],
      "conflict": "serverWins",
      "indexes": [
        [
          "conversationId"
        ]
      ],
      "laneColumn": "conversationId",
      "lanePolicy": "skip",
      "name": "messages",
      "onRemoteDelete": "keepLocal",
      "operations": [
        "create",
        "update",
        "delete"
      ],
      "priority": "normal",
      "send": "immediate",
      "write": "localFirst"
    }
  ]
} as const;
