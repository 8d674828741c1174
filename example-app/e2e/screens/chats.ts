// The list of conversations.

import type { Detox } from "../world/phone";
import { DELIVERY_MS, REACTION_MS } from "../world/deadlines";
import { rowThatShows } from "./ids";

export class ChatsScreen {
  constructor(private readonly detox: Detox) {}

  /** From another tab. */
  async open(): Promise<void> {
    const { by, element, expect } = this.detox;
    await element(by.id("tab-chats")).tap();
    await expect(element(by.id("screen-chats"))).toBeVisible();
  }

  /** Opens a conversation, which may still have to come from the server. */
  async enter(title: string): Promise<void> {
    const { by, element, waitFor } = this.detox;
    const row = element(rowThatShows(by, "conversation", title));
    await waitFor(row).toBeVisible().withTimeout(DELIVERY_MS);
    await row.tap();
    await waitFor(element(by.id("screen-chat")))
      .toBeVisible()
      .withTimeout(REACTION_MS);
  }

  /** Makes a conversation and stands in it. */
  async create(title: string, memberIds: readonly string[]): Promise<void> {
    const { by, element, waitFor } = this.detox;
    await element(by.id("new-conversation")).tap();
    await element(by.id("new-conversation-title")).typeText(title);
    await element(by.id("new-conversation-members")).replaceText(memberIds.join(", "));
    await element(by.id("new-conversation-create")).tap();
    await waitFor(element(by.id("screen-chat")))
      .toBeVisible()
      .withTimeout(REACTION_MS);
  }

  /** Waits until nothing is there, which the app says in words. */
  async isEmpty(): Promise<void> {
    const { by, element, waitFor } = this.detox;
    await waitFor(element(by.id("conversations-empty")))
      .toBeVisible()
      .withTimeout(REACTION_MS);
  }
}
