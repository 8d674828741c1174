// What the app says of itself.

import assert from "node:assert/strict";
import type { Detox } from "../world/phone";
import { DELIVERY_MS } from "../world/deadlines";

export class DiagnosticsScreen {
  constructor(private readonly detox: Detox) {}

  async open(): Promise<void> {
    const { by, element, expect } = this.detox;
    await element(by.id("tab-diagnostics")).tap();
    await expect(element(by.id("screen-diagnostics"))).toBeVisible();
  }

  /** Sets what the app's manual network source says. */
  async setNetwork(kind: "real" | "none" | "wifi" | "cellular"): Promise<void> {
    const { by, element } = this.detox;
    await element(by.id(`network-${kind}`)).tap();
  }

  /** Waits until nothing is left to send. */
  async hasNothingPending(): Promise<void> {
    const { by, element, waitFor } = this.detox;
    const none = element(by.id("diagnostics-pending").and(by.text(/(^|\D)0(\D|$)/)));
    await waitFor(none).toExist().withTimeout(DELIVERY_MS);
  }

  /** The number in a line of the screen. */
  async number(id: string): Promise<number> {
    const { by, element } = this.detox;
    const attributes = await element(by.id(id)).getAttributes();
    assert.ok("text" in attributes, `${id} shows one text`);
    const found = /\d+/.exec(attributes.text ?? "");
    assert.ok(found !== null, `${id} shows a number: ${attributes.text ?? ""}`);
    return Number(found[0]);
  }
}
