// Out of sight and back.

import assert from "node:assert/strict";
import { by, device, element, expect } from "detox";
import { eachTestHasAWorld } from "./world/world";

describe("the app in the background", () => {
  const world = eachTestHasAWorld();

  it("lets the live connection go, and has what came meanwhile when it is back", async () => {
    const { ann, server } = world();
    const crew = await world().conversation("Crew");
    const ben = await world().ben();
    await ann.launch();
    await ann.chats.enter("Crew");
    await ben.say(crew, "Are you there?");
    await ann.chat.shows("Are you there?");
    const before = (await server.counts()).requests["hints"] ?? 0;

    await device.sendToHome();
    await ben.say(crew, "Hello?");
    await device.launchApp({ newInstance: false });
    await ann.chat.shows("Hello?");
    await server.waitUntil(
      "the live connection is made anew",
      ({ requests }) => (requests["hints"] ?? 0) > before,
    );
    await ann.chat.leave();
    await ann.diagnostics.open();
    await expect(element(by.id("app-state"))).toHaveText(/active/);
    assert.equal((await server.counts()).records["messages"], 2);
  });
});
