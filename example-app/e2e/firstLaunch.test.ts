// The app as somebody meets it, and what is left when they remove it.

import assert from "node:assert/strict";
import { by, device, element, expect } from "detox";
import { REACTION_MS } from "./world/deadlines";
import { eachTestHasAWorld } from "./world/world";

describe("the app, new on a phone", () => {
  const world = eachTestHasAWorld();

  it("begins with an empty list; a conversation made there is Ben's as well", async () => {
    const { ann, server } = world();
    await ann.launch();
    await expect(element(by.id("screen-chats"))).toBeVisible();
    await ann.chats.isEmpty();

    await ann.chats.create("Crew", ["ann", "ben"]);
    await expect(element(by.id("chat-title"))).toHaveText("Crew");
    await expect(element(by.id("chat-empty"))).toBeVisible();

    await server.waitUntil(
      "it has the conversation",
      (state) => state.records["conversations"] === 1,
    );
    const [crew] = await server.records("conversations", "ben");
    assert.deepEqual(crew?.values, { title: "Crew", memberIds: ["ann", "ben"] });
  });

  it("shows each of its tabs", async () => {
    const { ann } = world();
    await ann.launch();
    await device.takeScreenshot("chats");
    await ann.tasks.open();
    await ann.tasks.isUnlocked();
    await expect(element(by.id("tasks-empty"))).toBeVisible();
    await device.takeScreenshot("tasks");
    await ann.outbox.open();
    await ann.outbox.isEmpty();
    await device.takeScreenshot("outbox");
    await ann.diagnostics.open();
    await expect(element(by.id("app-state"))).toHaveText(/active/);
    await device.takeScreenshot("diagnostics");
    await ann.chats.open();
  });

  it("leaves nothing behind when it is deleted, not even what was never sent", async () => {
    const { ann, server, wire } = world();
    await world().conversation("Crew");
    await ann.launch();
    await ann.chats.enter("Crew");
    wire.cut();
    await ann.chat.write("Never sent");
    await ann.chat.marks("Never sent", "queued", REACTION_MS);

    await ann.launch({ fresh: true });
    await ann.chats.isEmpty();
    await ann.outbox.open();
    await ann.outbox.isEmpty();

    wire.mend();
    await ann.chats.open();
    await ann.chats.enter("Crew");
    await expect(element(by.id("chat-empty"))).toBeVisible();
    await server.holdsExactly([]);
  });
});
