// A phone in a person's hand: what they can do with it, and its screens.

import type { by, device, element, expect, waitFor, web } from "detox";
import { ChatScreen } from "../screens/chat";
import { ChatsScreen } from "../screens/chats";
import { DiagnosticsScreen } from "../screens/diagnostics";
import { OutboxScreen } from "../screens/outbox";
import { TasksScreen } from "../screens/tasks";
import { Page } from "./page";

/** The part of Detox that drives one device. */
export interface Detox {
  readonly by: typeof by;
  readonly device: typeof device;
  readonly element: typeof element;
  readonly expect: typeof expect;
  readonly waitFor: typeof waitFor;
  readonly web: typeof web;
}

/** How the app is started. */
export interface LaunchOptions {
  /** Installed anew, without data; `true` when left out. */
  readonly fresh?: boolean;
  /** Whether the app is told who uses it; `true` when left out. */
  readonly signedIn?: boolean;
  /** What the person likes; of the Linux window only. */
  readonly appearance?: "dark" | "light";
}

export class Phone {
  readonly chats: ChatsScreen;
  readonly chat: ChatScreen;
  readonly tasks: TasksScreen;
  readonly outbox: OutboxScreen;
  readonly diagnostics: DiagnosticsScreen;
  readonly page: Page;

  /**
   * @param user who is signed in
   * @param serverUrl where the phone finds the server
   */
  constructor(
    readonly detox: Detox,
    readonly user: string,
    private readonly serverUrl: string,
  ) {
    this.chats = new ChatsScreen(detox);
    this.chat = new ChatScreen(detox);
    this.tasks = new TasksScreen(detox);
    this.outbox = new OutboxScreen(detox);
    this.diagnostics = new DiagnosticsScreen(detox);
    this.page = new Page(detox);
  }

  /** Starts the app anew; it was killed before, if it ran. */
  async launch(options: LaunchOptions = {}): Promise<void> {
    const { appearance, fresh = true, signedIn = true } = options;
    const { device } = this.detox;
    // Android's own loopback is not this machine's; elsewhere this does nothing.
    await device.reverseTcpPort(Number(new URL(this.serverUrl).port));
    await device.launchApp({
      newInstance: true,
      delete: fresh,
      launchArgs: {
        ...(signedIn && { serverUrl: this.serverUrl, user: this.user }),
        ...(appearance !== undefined && { appearance }),
      },
    });
  }

  /** Kills the app where it stands, and starts it on what is on the disk. */
  async killAndRelaunch(): Promise<void> {
    await this.detox.device.terminateApp();
    await this.launch({ fresh: false });
  }

  /** Tells the app that there is no network, as a platform does in airplane mode. */
  async setNetwork(kind: "real" | "none" | "wifi" | "cellular"): Promise<void> {
    await this.diagnostics.open();
    await this.diagnostics.setNetwork(kind);
  }
}
