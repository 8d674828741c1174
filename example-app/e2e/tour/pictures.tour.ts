// Walks through every screen and takes its picture, once light and once dark. It is a test
// as well: a screen that does not come fails it.

import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { by, device, element, expect, waitFor } from "detox";
import { readPng, sideBySide, writePng } from "../pictures/png";
import { DELIVERY_MS, REACTION_MS } from "../world/deadlines";
import type { Phone } from "../world/phone";
import { World } from "../world/world";
import { writeHistory } from "./history";

const FOLDER = process.env["MAILBOAT_PICTURES"] ?? "../artifacts/example";
/** Between the two phones, in pixels. */
const GAP = 24;

describe.each(["light", "dark"] as const)("every screen, %s", (appearance) => {
  let world: World;

  const file = (name: string): string => join(FOLDER, `${name}-${appearance}.png`);
  const keep = async (name: string, phone: Phone): Promise<void> => {
    await copyFile(await phone.detox.device.takeScreenshot(name), file(name));
  };

  beforeAll(async () => {
    await mkdir(FOLDER, { recursive: true });
    world = await World.begin();
    await writeHistory(world.server, world.folder);
  });
  afterAll(async () => {
    await world.end();
  });

  it("of the sign-in", async () => {
    const { ann } = world;
    await ann.launch({ appearance, signedIn: false });
    await expect(element(by.id("screen-sign-in"))).toBeVisible();
    await keep("sign-in", ann);
  });

  it("of the first sync, while it is kept waiting and when it has failed", async () => {
    const { ann, server } = world;
    await server.misbehave({ on: "pull", kind: "status", status: 503, times: null, user: "ann" });
    await ann.launch({ appearance });
    await ann.tasks.open();
    await waitFor(element(by.id("initial-sync-error")))
      .toBeVisible()
      .withTimeout(DELIVERY_MS);
    await keep("first-sync", ann);
    await server.clearFaults();
  });

  it("of the conversations, a chat, and both phones side by side", async () => {
    const { ann } = world;
    const ben = await world.secondPhone("ben");
    await ann.launch({ appearance });
    await ben.launch({ appearance });
    await waitFor(element(by.text("Crew")))
      .toBeVisible()
      .withTimeout(DELIVERY_MS);
    await keep("conversations", ann);
    await element(by.id("new-conversation")).tap();
    await expect(element(by.id("screen-new-conversation"))).toBeVisible();
    await keep("new-conversation", ann);
    await ann.launch({ appearance, fresh: false });

    await ann.chats.enter("Crew");
    await ben.chats.enter("Crew");
    await ann.chat.write("See you on the pier!");
    await ben.chat.shows("See you on the pier!");
    await ann.chat.marks("See you on the pier!", "read");
    await keep("chat", ann);
    await keep("chat-ben", ben);
    writePng(
      file("side-by-side"),
      sideBySide([readPng(file("chat")), readPng(file("chat-ben"))], GAP),
    );
  });

  it("of a message that waits and one that was refused, in the chat and in the outbox", async () => {
    const { ann, server, wire } = world;
    await server.misbehave({ on: "push", kind: "entry", outcome: "rejected", user: "ann" });
    await ann.chat.write("Fresh bread from the mill?");
    await ann.chat.marks("Fresh bread from the mill?", "failed");
    wire.cut();
    await ann.chat.write("Or from the ship's biscuit tin.");
    await ann.chat.marks("Or from the ship's biscuit tin.", "queued", REACTION_MS);
    await keep("chat-offline", ann);
    await ann.chat.leave();
    await ann.outbox.open();
    await keep("outbox", ann);
    wire.mend();
  });

  it("of the tasks and the diagnostics", async () => {
    const { ann } = world;
    await ann.tasks.open();
    await ann.tasks.isUnlocked();
    await waitFor(element(by.text("Check the flares")))
      .toBeVisible()
      .withTimeout(DELIVERY_MS);
    await keep("tasks", ann);
    await ann.diagnostics.open();
    await keep("diagnostics", ann);
    await device.terminateApp();
  });
});
