// What a person writes reaches the server exactly once, whatever happens on the way.

import { by, device, element, expect, waitFor } from "detox";
import { DELIVERY_MS, REACTION_MS } from "./world/deadlines";
import { eachTestHasAWorld } from "./world/world";

describe("a message", () => {
  const world = eachTestHasAWorld();

  beforeEach(async () => {
    const { ann } = world();
    await world().conversation("Crew");
    await ann.launch();
    await ann.chats.enter("Crew");
  });

  it("written online is sent", async () => {
    const { ann, server } = world();
    await ann.chat.write("Ahoy, Ben! ąß 🚤");
    await expect(element(by.id("composer"))).toHaveText("");
    await ann.chat.shows("Ahoy, Ben! ąß 🚤");
    await ann.chat.marks("Ahoy, Ben! ąß 🚤", "sent");
    await server.holdsExactly(["Ahoy, Ben! ąß 🚤"]);
    await device.takeScreenshot("sent");
  });

  it("written offline is shown at once, and sent when the phone is back", async () => {
    const { ann, server, wire } = world();
    wire.cut();
    await ann.chat.leave();
    await ann.setNetwork("none");
    await ann.chats.open();
    await ann.chats.enter("Crew");
    await ann.chat.write("Written at sea");
    await ann.chat.write("And this");
    await ann.chat.marks("Written at sea", "queued", REACTION_MS);
    await ann.chat.marks("And this", "queued", REACTION_MS);
    await device.takeScreenshot("queued");
    await server.holdsExactly([]);

    wire.mend();
    await ann.chat.leave();
    await ann.setNetwork("wifi");
    await ann.chats.open();
    await ann.chats.enter("Crew");
    await ann.chat.marks("Written at sea", "sent");
    await ann.chat.marks("And this", "sent");
    await server.holdsExactly(["Written at sea", "And this"]);
  });

  it("survives a killed app while it is pending", async () => {
    const { ann, server, wire } = world();
    wire.cut();
    for (const body of ["One", "Two", "Three"]) await ann.chat.paste(body);
    await ann.chat.marks("Three", "queued", REACTION_MS);

    await ann.killAndRelaunch();
    await ann.chats.enter("Crew");
    for (const body of ["One", "Two", "Three"]) await ann.chat.shows(body);
    await server.holdsExactly([]);

    wire.mend();
    for (const body of ["One", "Two", "Three"]) await ann.chat.marks(body, "sent");
    await server.holdsExactly(["One", "Two", "Three"]);
  });

  it("whose answer is lost after the commit is not there twice", async () => {
    const { ann, server } = world();
    await server.misbehave({ on: "push", kind: "dropAfterCommit", user: "ann" });
    await ann.chat.write("Only once");
    await ann.chat.marks("Only once", "sent");
    await server.waitUntil("the answer was lost", ({ fired }) => fired["dropAfterCommit"] === 1);
    await server.holdsExactly(["Only once"]);
    await expect(ann.chat.bubble("Only once")).toBeVisible();
  });

  it("that is refused says why; it can be retried, and discarded", async () => {
    const { ann, server } = world();
    await server.misbehave({
      on: "push",
      kind: "entry",
      outcome: "rejected",
      times: 3,
      user: "ann",
    });
    await ann.chat.write("Refused once");
    await ann.chat.marks("Refused once", "failed");
    await expect(ann.chat.part("message-reason", "Refused once")).toBeVisible();
    await device.takeScreenshot("failed");

    await ann.chat.part("message-retry", "Refused once").tap();
    await server.waitUntil("it refused it again", ({ fired }) => fired["entry"] === 2);
    await ann.chat.marks("Refused once", "failed");

    await ann.chat.write("Refused as well");
    await ann.chat.marks("Refused as well", "failed");
    await ann.chat.part("message-discard", "Refused as well").tap();
    await waitFor(ann.chat.bubble("Refused as well")).not.toExist().withTimeout(REACTION_MS);

    await ann.chat.part("message-retry", "Refused once").tap();
    await ann.chat.marks("Refused once", "sent");
    await server.holdsExactly(["Refused once"]);
    await ann.chat.leave();
    await ann.outbox.open();
    await ann.outbox.isEmpty(DELIVERY_MS);
  });

  it("on its way while the page is loaded anew is not lost, nor there twice", async () => {
    const { ann, server } = world();
    const before = (await server.counts()).requests["push"] ?? 0;
    await server.misbehave({ on: "push", kind: "delay", ms: 2_000, user: "ann" });
    await ann.chat.write("In mid-air");
    await server.waitUntil("it is asked", ({ requests }) => (requests["push"] ?? 0) > before);
    await device.reloadReactNative();
    await ann.chats.enter("Crew");
    await ann.chat.marks("In mid-air", "sent");
    await server.holdsExactly(["In mid-air"]);
    await expect(ann.chat.bubble("In mid-air")).toBeVisible();
  });

  it("written while the server is down is sent when it runs again", async () => {
    const { ann, server } = world();
    await ann.chat.write("Before");
    await ann.chat.marks("Before", "sent");
    await server.stop();
    await ann.chat.write("Meanwhile");
    await ann.chat.marks("Meanwhile", "queued", REACTION_MS);
    await server.start();
    await ann.chat.marks("Meanwhile", "sent");
    await server.holdsExactly(["Before", "Meanwhile"]);
  });
});
