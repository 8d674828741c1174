// What the hook tests share: devices on the real engine that are closed after each test,
// a conversation to write in, and components that count their renders.

import { act, configure, render, waitFor, type RenderResult } from "@testing-library/react-native";
import { memo, Profiler, type ReactElement, type ReactNode } from "react";
import { Text } from "react-native";
import { MailboatProvider, useMessages, type Mailboat, type Message } from "react-native-mailboat";
import {
  createTestMailboat,
  type TestMailboat,
  type TestMailboatOptions,
} from "react-native-mailboat/testing";

/** Longest wait for something the engine does on its own, in milliseconds. */
const PATIENCE_MS = 10_000;

configure({ asyncUtilTimeout: PATIENCE_MS });

const devices: TestMailboat[] = [];

afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
});

/** A device on the real engine, closed after the test. */
export async function openDevice(options: TestMailboatOptions = {}): Promise<TestMailboat> {
  const device = await createTestMailboat(options);
  devices.push(device);
  return device;
}

/** A conversation of Ann and Ben; answers its id. */
export async function newConversation(mailboat: Mailboat): Promise<string> {
  const values = { title: "Crew", memberIds: ["ann", "ben"] };
  return (await mailboat.create("conversations", values)).id;
}

/** Writes messages whose bodies are numbers; they are durable when it resolves. */
export async function writeMessages(
  mailboat: Mailboat,
  conversationId: string,
  count: number,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, at) => String(at + 1));
  await Promise.all(numbers.map((body) => mailboat.sendMessage(conversationId, body)));
}

/** Waits until nothing is left to send. */
export async function delivered(mailboat: Mailboat): Promise<void> {
  await waitFor(() => {
    expect(mailboat.status.getSnapshot().pending).toBe(0);
  });
}

/** Waits, without letting React or anything else run, until the writer's thread is done. */
export function untilStored(mailboat: Mailboat, id: string): void {
  const giveUpAt = Date.now() + 5_000;
  while (mailboat.record("messages", id) === null) {
    if (Date.now() > giveUpAt) throw new Error(`${id} was not stored.`);
  }
}

/** Runs something that changes what is on screen. */
export async function during<T>(run: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  await act(async () => {
    result = { value: await run() };
  });
  if (result === undefined) throw new Error("act did not wait.");
  return result.value;
}

/** Renders below a provider. */
export function renderWith(mailboat: Mailboat, children: ReactNode): RenderResult {
  return render(<MailboatProvider mailboat={mailboat}>{children}</MailboatProvider>);
}

/** What a screen of a conversation has shown, render by render. */
export class Shown {
  /** The messages of every render, oldest render first. */
  readonly renders: (readonly Message[])[] = [];
  /** How often the line of each message has rendered. */
  readonly lines = new Map<string, number>();

  /** The messages of the last render. */
  get now(): readonly Message[] {
    return this.renders[this.renders.length - 1] ?? [];
  }

  /** What they say. */
  get bodies(): string[] {
    return this.now.map(({ body }) => body);
  }

  /** Forgets how often lines have rendered. */
  resetCounts(): void {
    this.lines.clear();
  }

  /**
   * Pairs of messages whose order has changed between two renders: a row that jumped. Each
   * pair is written as `a before b`.
   */
  get jumps(): string[] {
    const before = new Set<string>();
    const jumps = new Set<string>();
    for (const messages of this.renders) {
      messages.forEach((first, at) => {
        for (const second of messages.slice(at + 1)) {
          before.add(`${first.id} before ${second.id}`);
          const opposite = `${second.id} before ${first.id}`;
          if (before.has(opposite)) jumps.add(opposite);
        }
      });
    }
    return [...jumps];
  }
}

/** A screen of a conversation that notes down what it shows. */
export function Screen(props: {
  readonly conversationId: string;
  readonly shown: Shown;
  readonly limit?: number;
}): ReactElement {
  const { conversationId, limit, shown } = props;
  const { messages } = useMessages(conversationId, limit === undefined ? {} : { limit });
  shown.renders.push(messages);
  return (
    <>
      {messages.map((message) => (
        <Line key={message.id} message={message} shown={shown} />
      ))}
    </>
  );
}

const Line = memo(function Line(props: { readonly message: Message; readonly shown: Shown }) {
  const { message, shown } = props;
  const count = (id: string): void => {
    shown.lines.set(id, (shown.lines.get(id) ?? 0) + 1);
  };
  return (
    <Profiler id={message.id} onRender={count}>
      <Text>{message.body}</Text>
    </Profiler>
  );
});
