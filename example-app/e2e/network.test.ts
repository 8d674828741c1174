// Networks that come and go.

import assert from "node:assert/strict";
import { device } from "detox";
import { REACTION_MS } from "./world/deadlines";
import type { Phone } from "./world/phone";
import { eachTestHasAWorld } from "./world/world";

/** Switches of airplane mode, as fast as the buttons can be tapped. */
const FLAPS = 12;
const MS_PER_S = 1_000;

async function flap({ detox, diagnostics }: Phone): Promise<void> {
  // Detox would wait after each tap until the app has shown what came of it.
  await detox.device.disableSynchronization();
  for (let flap = 0; flap < FLAPS; flap++) {
    await diagnostics.setNetwork(flap % 2 === 0 ? "none" : "wifi");
  }
  await detox.device.enableSynchronization();
}

describe("the network", () => {
  const world = eachTestHasAWorld();

  it("flapping changes the shown status at most once a second", async () => {
    const { ann } = world();
    await ann.launch();
    await ann.diagnostics.open();
    await ann.diagnostics.hasNothingPending();
    const changes = (): Promise<number> => ann.diagnostics.number("diagnostics-status-changes");

    const startedAt = Date.now();
    const before = await changes();
    await flap(ann);
    const shown = (await changes()) - before;
    const tookS = (Date.now() - startedAt) / MS_PER_S;
    assert.ok(shown >= 1, "the status was seen to change");
    assert.ok(shown <= Math.ceil(tookS), `${shown} changes in ${tookS} s`);
    assert.ok(tookS < FLAPS, `${tookS} s are too slow for ${FLAPS} switches to be flapping`);
  });

  it(":linux: flapping leaves a second between two changes of the icon", async () => {
    const { ann } = world();
    await ann.launch();
    await ann.diagnostics.open();
    await ann.diagnostics.hasNothingPending();
    await ann.page.observeStatus();
    await flap(ann);
    await ann.page.statusChangedCalmly(MS_PER_S);
  });

  it("from Wi-Fi to cellular: what is urgent goes, a low entry waits for Wi-Fi", async () => {
    const { ann, server, wire } = world();
    await world().conversation("Crew");
    await ann.launch();
    await ann.setNetwork("wifi");
    await ann.tasks.open();
    await ann.tasks.isUnlocked();
    wire.cut();
    await ann.tasks.add("Scrape the hull", { low: true });
    await ann.chats.open();
    await ann.chats.enter("Crew");
    await ann.chat.write("Urgent");
    await ann.chat.leave();

    await ann.setNetwork("cellular");
    wire.mend();
    await ann.chats.open();
    await ann.chats.enter("Crew");
    await ann.chat.marks("Urgent", "sent");
    await ann.chat.leave();
    await ann.tasks.open();
    await ann.tasks.marks("Scrape the hull", "queued", REACTION_MS);
    await ann.outbox.open();
    await ann.outbox.says("Scrape the hull", /low priority|not metered/);
    await device.takeScreenshot("low entry");
    assert.equal((await server.counts()).records["tasks"] ?? 0, 0);

    await ann.setNetwork("wifi");
    await ann.tasks.open();
    await ann.tasks.marks("Scrape the hull", "sent");
    const tasks = await server.records("tasks", "ann");
    assert.deepEqual(
      tasks.map(({ values }) => values["title"]),
      ["Scrape the hull"],
    );
  });
});
