// The tab on the preset `fieldData`: first a whole sync, then work.

import assert from "node:assert/strict";
import { by, device, element, expect, waitFor } from "detox";
import { DELIVERY_MS } from "./world/deadlines";
import { eachTestHasAWorld } from "./world/world";

describe("tasks", () => {
  const world = eachTestHasAWorld();

  it("are locked while the first sync fails, and unlocked by a retry that works", async () => {
    const { ann, server } = world();
    await server.misbehave({ on: "pull", kind: "status", status: 503, times: null });
    await ann.launch();
    await ann.tasks.open();
    await waitFor(element(by.id("initial-sync-error")))
      .toBeVisible()
      .withTimeout(DELIVERY_MS);
    await expect(element(by.id("screen-tasks"))).not.toExist();
    await expect(element(by.id("task-add"))).not.toExist();
    await device.takeScreenshot("initial sync failed");

    await server.clearFaults();
    await element(by.id("initial-sync-retry")).tap();
    await ann.tasks.isUnlocked();
    await expect(element(by.id("initial-sync"))).not.toExist();
  });

  it("are written, done and renamed, and what the phone has written wins", async () => {
    const { ann, server } = world();
    await ann.launch();
    await ann.tasks.open();
    await ann.tasks.isUnlocked();
    await ann.tasks.add("Caulk the deck");
    await ann.tasks.marks("Caulk the deck", "sent");

    const done = ann.tasks.part("task-done", "Caulk the deck");
    await expect(done).toHaveToggleValue(false);
    await done.tap();
    await server.waitUntil("it has the change", ({ effects }) => effects === 2);
    await expect(done).toHaveToggleValue(true);

    await ann.tasks.part("task-title", "Caulk the deck").tap();
    await element(by.id("task-edit-title")).replaceText("Caulk the whole deck");
    await element(by.id("task-save")).tap();
    await ann.tasks.marks("Caulk the whole deck", "sent");
    await server.waitUntil("it has the new title", ({ effects }) => effects === 3);
    const [task, ...others] = await server.records("tasks", "ann");
    assert.deepEqual(task?.values, { title: "Caulk the whole deck", done: true });
    assert.deepEqual(others, []);
  });
});
