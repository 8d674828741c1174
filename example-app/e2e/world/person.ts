// Somebody who talks with the person at the phone: the same engine, in Node. What they write
// takes the real way, through the server.

import { setTimeout as pause } from "node:timers/promises";
import { createMailboat, type Mailboat } from "react-native-mailboat";
import { nodeHost } from "react-native-mailboat/node";
import { DELIVERY_MS, LOOK_EVERY_MS } from "./deadlines";
import type { Server } from "./server";

/** Most messages of a conversation that a person looks at. */
const MOST_MESSAGES = 500;

export class Person {
  private constructor(
    readonly user: string,
    private readonly mailboat: Mailboat,
  ) {}

  /** Opens their engine on a new file in `folder`. */
  static async enter(user: string, server: Server, folder: string): Promise<Person> {
    const mailboat = createMailboat({
      path: `${folder}/${user}.db`,
      userId: user,
      host: nodeHost(),
      backend: {
        kind: "rest",
        baseUrl: server.url,
        getToken: async () => (await server.token(user)) as string,
      },
    });
    await mailboat.whenReady();
    return new Person(user, mailboat);
  }

  /** Makes a conversation that the server knows when this resolves. */
  async startConversation(title: string, memberIds: string[]): Promise<string> {
    const { id } = await this.mailboat.create("conversations", { title, memberIds });
    await this.sendAll();
    return id;
  }

  /** Writes messages that the server has when this resolves. */
  async say(conversationId: string, ...bodies: string[]): Promise<void> {
    for (const body of bodies) await this.mailboat.sendMessage(conversationId, body);
    await this.sendAll();
  }

  /** Waits until they have read exactly these messages, in this order. */
  async reads(conversationId: string, bodies: readonly string[]): Promise<void> {
    const window = {
      collection: "messages",
      where: { conversationId },
      take: "last",
      limit: MOST_MESSAGES,
    } as const;
    const shown = (): string => {
      const { rows } = this.mailboat.querySync(window);
      return JSON.stringify(rows.map(({ body }) => body));
    };
    await this.until(
      () => `reads ${JSON.stringify(bodies)}; has ${shown()}`,
      () => shown() === JSON.stringify(bodies),
    );
  }

  async leave(): Promise<void> {
    await this.mailboat.close();
  }

  private async sendAll(): Promise<void> {
    const isSent = (): boolean => this.mailboat.status.getSnapshot().pending === 0;
    await this.until(() => "has sent everything", isSent);
  }

  private async until(what: () => string, holds: () => boolean): Promise<void> {
    const giveUp = Date.now() + DELIVERY_MS;
    while (!holds()) {
      if (Date.now() > giveUp) throw new Error(`${this.user}: waited too long: ${what()}.`);
      await pause(LOOK_EVERY_MS);
    }
  }
}
