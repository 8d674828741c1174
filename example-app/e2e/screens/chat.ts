// One conversation: bubbles, their delivery marks, the composer.

import type { Detox } from "../world/phone";
import { DELIVERY_MS, REACTION_MS } from "../world/deadlines";
import { rowThatShows } from "./ids";

/** What a delivery mark can say. */
export type Delivery = "queued" | "sending" | "sent" | "delivered" | "read" | "failed";

type Element = ReturnType<Detox["element"]>;

export class ChatScreen {
  constructor(private readonly detox: Detox) {}

  /** Writes a message as a person does, letter by letter. */
  async write(body: string): Promise<void> {
    const { by, element } = this.detox;
    await element(by.id("composer")).typeText(body);
    await this.tapSend();
  }

  /** Writes a message whose text is pasted. */
  async paste(body: string): Promise<void> {
    const { by, element } = this.detox;
    await element(by.id("composer")).replaceText(body);
    await this.tapSend();
  }

  /** The bubble of a message. There is no other with its text, or every use of it fails. */
  bubble(body: string): Element {
    const { by, element } = this.detox;
    return element(rowThatShows(by, "message", body));
  }

  /** A part of a bubble, by its testID. */
  part(id: string, body: string): Element {
    const { by, element } = this.detox;
    return element(by.id(id).withAncestor(rowThatShows(by, "message", body)));
  }

  /** Waits until a message is seen. */
  async shows(body: string): Promise<void> {
    const { waitFor } = this.detox;
    await waitFor(this.bubble(body)).toBeVisible().withTimeout(DELIVERY_MS);
  }

  /** Waits until a message's mark says so; `REACTION_MS` if the app alone decides. */
  async marks(body: string, delivery: Delivery, withinMs = DELIVERY_MS): Promise<void> {
    const { waitFor } = this.detox;
    const mark = this.part("message-delivery", body);
    await waitFor(mark).toHaveLabel(delivery).withTimeout(withinMs);
  }

  async leave(): Promise<void> {
    const { by, element, waitFor } = this.detox;
    await element(by.id("back")).tap();
    await waitFor(element(by.id("screen-chats")))
      .toBeVisible()
      .withTimeout(REACTION_MS);
  }

  private async tapSend(): Promise<void> {
    const { by, element } = this.detox;
    await element(by.id("send")).tap();
  }
}
