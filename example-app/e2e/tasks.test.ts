// The tab on the preset `fieldData`: first a whole sync, then work.

import assert from "node:assert/strict";
import { by, device, element, expect, waitFor } from "detox";
import { DELIVERY_MS, REACTION_MS } from "./world/deadlines";
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

  it("are created, done and renamed", async () => {
    const { ann, server } = world();
    await ann.launch();
    await ann.tasks.open();
    await ann.tasks.isUnlocked();
    await ann.tasks.add("Caulk the deck");
    await ann.tasks.marks("Caulk the deck", "sent");

    const done = element(
      by
        .id("task-done")
        .withAncestor(by.id(/^task-[0-9a-f]{8}-/).withDescendant(by.text("Caulk the deck"))),
    );
    await expect(done).toHaveToggleValue(false);
    await done.tap();
    await waitFor(done).toHaveValue("1").withTimeout(REACTION_MS);
    await ann.tasks.marks("Caulk the deck", "sent");
    const tasks = await server.records("tasks", "ann");
    assert.equal(tasks.length, 1);
  });
});
