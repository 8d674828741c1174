// What waits to be sent, and what was refused.

import type { Detox } from "../world/phone";
import { REACTION_MS } from "../world/deadlines";
import { rowThatShows } from "./ids";

export class OutboxScreen {
  constructor(private readonly detox: Detox) {}

  async open(): Promise<void> {
    const { by, element, expect } = this.detox;
    await element(by.id("tab-outbox")).tap();
    await expect(element(by.id("screen-outbox"))).toBeVisible();
  }

  /** Waits until the reason why an entry waits says so. @param what a part of what it is */
  async says(what: string, why: RegExp): Promise<void> {
    const { by, element, waitFor } = this.detox;
    const row = rowThatShows(by, "outbox", new RegExp(what));
    const reason = element(by.id("outbox-why").and(by.text(why)).withAncestor(row));
    await waitFor(reason).toBeVisible().withTimeout(REACTION_MS);
  }

  /** Waits until nothing is left in it. */
  async isEmpty(withinMs = REACTION_MS): Promise<void> {
    const { by, element, waitFor } = this.detox;
    await waitFor(element(by.id("outbox-empty")))
      .toBeVisible()
      .withTimeout(withinMs);
  }
}
