// The tab on the preset `fieldData`.

import type { Detox } from "../world/phone";
import { DELIVERY_MS, REACTION_MS } from "../world/deadlines";
import type { Delivery } from "./chat";
import { rowThatShows } from "./ids";

type Element = ReturnType<Detox["element"]>;

export class TasksScreen {
  constructor(private readonly detox: Detox) {}

  /** Opens the tab, whatever it shows. */
  async open(): Promise<void> {
    const { by, element } = this.detox;
    await element(by.id("tab-tasks")).tap();
  }

  /** Waits until the first sync has ended and the list is there. */
  async isUnlocked(): Promise<void> {
    const { by, element, waitFor } = this.detox;
    await waitFor(element(by.id("screen-tasks")))
      .toBeVisible()
      .withTimeout(DELIVERY_MS);
  }

  /** @param options `low`: it can wait for Wi-Fi */
  async add(title: string, options: { readonly low?: boolean } = {}): Promise<void> {
    const { by, element, expect, waitFor } = this.detox;
    await element(by.id("task-new-title")).typeText(title);
    if (options.low === true) {
      const low = element(by.id("task-low-priority"));
      await low.tap();
      await expect(low).toHaveToggleValue(true);
    }
    await element(by.id("task-add")).tap();
    await waitFor(this.row(title)).toBeVisible().withTimeout(REACTION_MS);
  }

  row(title: string): Element {
    const { by, element } = this.detox;
    return element(rowThatShows(by, "task", title));
  }

  /** A part of a row, by its testID. */
  part(id: string, title: string): Element {
    const { by, element } = this.detox;
    return element(by.id(id).withAncestor(rowThatShows(by, "task", title)));
  }

  /** Waits until a task's mark says so. */
  async marks(title: string, delivery: Delivery, withinMs = DELIVERY_MS): Promise<void> {
    const { waitFor } = this.detox;
    await waitFor(this.part("task-delivery", title)).toHaveLabel(delivery).withTimeout(withinMs);
  }
}
