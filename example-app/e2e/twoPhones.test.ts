// Ann and Ben, each with a phone of their own.

import { device } from "detox";
import { eachTestHasAWorld } from "./world/world";

describe("two phones", () => {
  const world = eachTestHasAWorld();

  it("talk: each shows what the other writes, and whether it was read", async () => {
    const { ann, server } = world();
    await world().conversation("Crew");
    const ben = await world().secondPhone("ben");
    await ann.launch();
    await ben.launch();
    await ann.chats.enter("Crew");
    await ben.chats.enter("Crew");

    await ann.chat.write("Tide at six?");
    await ben.chat.shows("Tide at six?");
    await ann.chat.marks("Tide at six?", "read");
    await ben.chat.write("Aye.");
    await ann.chat.shows("Aye.");
    await ben.chat.marks("Aye.", "read");

    await server.holdsExactly(["Tide at six?", "Aye."]);
    await device.takeScreenshot("ann");
  });

  it("talk while one of them is offline and is killed", async () => {
    const { ann, server, wire } = world();
    const crew = await world().conversation("Crew");
    const ben = await world().ben();
    await ann.launch();
    await ann.chats.enter("Crew");
    wire.cut();
    await ann.chat.write("From Ann");
    await ben.say(crew, "From Ben");
    await ann.killAndRelaunch();
    wire.mend();
    await ann.chats.enter("Crew");
    await ann.chat.shows("From Ben");
    await ann.chat.marks("From Ann", "sent");
    await ben.reads(crew, ["From Ben", "From Ann"]);
    await server.holdsExactly(["From Ben", "From Ann"]);
  });
});
