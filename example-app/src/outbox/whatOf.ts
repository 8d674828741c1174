// What an entry of the outbox is, in words that a person knows it by.

import type { OutboxEntry } from "react-native-mailboat";
import type { Engines } from "../engines/openEngines";

/** The engines that have entries, by name. */
export type EngineName = "chat" | "tasks";

/** Such as `Message “Ahoy”`; without its text where the record is gone. */
export function whatOf(engine: EngineName, entry: OutboxEntry, engines: Engines): string {
  const kind = kindOf(entry);
  const text = textOf(engine, entry, engines);
  return text === null ? kind : `${kind} “${text}”`;
}

const KINDS: Readonly<Record<string, string>> = {
  conversations: "Conversation",
  messages: "Message",
  receipts: "Receipt for",
  tasks: "Task",
};

function kindOf({ collection, operation }: OutboxEntry): string {
  const kind = KINDS[collection] ?? collection;
  return operation === "create" || collection === "receipts"
    ? kind
    : `Change of ${kind.toLowerCase()}`;
}

function textOf(
  engine: EngineName,
  { collection, recordId }: OutboxEntry,
  { chat, tasks }: Engines,
): string | null {
  if (engine === "tasks") return tasks.record("tasks", recordId)?.title ?? null;
  switch (collection) {
    case "messages":
      return chat.record("messages", recordId)?.body ?? null;
    case "conversations":
      return chat.record("conversations", recordId)?.title ?? null;
    case "receipts": {
      const receipt = chat.record("receipts", recordId);
      return receipt && (chat.record("conversations", receipt.conversationId)?.title ?? null);
    }
    default:
      return null;
  }
}
