// Tells the other members of a conversation how far this device has come. It watches what
// comes in, and writes its own receipts behind that; screens tell it what they have shown.

import {
  MAX_WINDOW_ROWS,
  type LiveWindow,
  type Mailboat,
  type MailboatError,
  type Message,
} from "react-native-mailboat";
import type { Receipt } from "./marks";
import { recentMessages } from "./recentMessages";
import type { ChatCollections } from "./schema";

/** What a receipt says. */
type Reached = Required<ChatCollections["receipts"]>;

/** Writes the receipts of one user on this device. */
export class ReceiptWriter {
  private readonly messages: LiveWindow<Message>;
  private readonly receipts: LiveWindow<Receipt>;
  /** By conversation, the newest message that a screen has shown in this run of the app. */
  private readonly shown = new Map<string, string>();
  /** Conversations whose write is not on the disk yet. */
  private readonly writing = new Set<string>();

  /** @param report hears why a receipt could not be written; the next message tries again */
  constructor(
    private readonly mailboat: Mailboat<ChatCollections>,
    private readonly user: string,
    private readonly report: (error: MailboatError) => void,
  ) {
    this.messages = mailboat.watch(recentMessages);
    this.receipts = mailboat.watch({
      collection: "receipts",
      where: { userId: user },
      limit: MAX_WINDOW_ROWS,
    });
  }

  /** Begins to write receipts; answers a function that ends it. */
  start(): () => void {
    const stops = [this.messages.subscribe(this.catchUp), this.receipts.subscribe(this.catchUp)];
    this.catchUp();
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** A screen has shown `messageId`, of another user, and all before it. */
  readonly markRead = (conversationId: string, messageId: string): void => {
    if (this.shown.get(conversationId) === messageId) return;
    this.shown.set(conversationId, messageId);
    this.catchUp();
  };

  private readonly catchUp = (): void => {
    const own = new Map(
      this.receipts.getSnapshot().rows.map((receipt) => [receipt.conversationId, receipt]),
    );
    for (const [conversationId, deliveredId] of this.newestOfOthers()) {
      const receipt = own.get(conversationId);
      const readId = this.shown.get(conversationId) ?? receipt?.readId ?? null;
      if (receipt?.deliveredId === deliveredId && (receipt.readId ?? null) === readId) continue;
      // At most one write a conversation is under way. When it is settled the receipt
      // changes, and this runs again with what is newest then.
      const isSettled = receipt === undefined || receipt.delivery === "sent";
      if (!isSettled || this.writing.has(conversationId)) continue;
      void this.write(receipt, { conversationId, userId: this.user, deliveredId, readId });
    }
  };

  private async write(before: Receipt | undefined, values: Reached): Promise<void> {
    const { conversationId, deliveredId, readId } = values;
    this.writing.add(conversationId);
    try {
      if (before === undefined) await this.mailboat.create("receipts", values);
      else await this.mailboat.update("receipts", before.id, { deliveredId, readId });
    } catch (error) {
      this.writing.delete(conversationId);
      this.report(error as MailboatError);
      return;
    }
    this.writing.delete(conversationId);
    // The server's answer may have come with the one to the write, while that still counted as
    // under way: what was shown meanwhile is told now.
    this.catchUp();
  }

  /** By conversation, the newest message that somebody else wrote. */
  private newestOfOthers(): Map<string, string> {
    const newest = new Map<string, string>();
    for (const { conversationId, id, senderId } of this.messages.getSnapshot().rows) {
      if (senderId !== this.user) newest.set(conversationId, id);
    }
    return newest;
  }
}
