// Tests that must fail: this project's own checks, each where it does not hold.

import assert from "node:assert/strict";
import { join } from "node:path";
import { blankness } from "../pictures/blank";
import { writePng } from "../pictures/png";
import { World } from "../world/world";

const WIDTH = 390;
const HEIGHT = 844;
const MS_PER_S = 1_000;
const OTHER_ROW = 'document.querySelector(\'[data-testid="message-body"]\').textContent += "!"';

describe("controls of this project's checks", () => {
  let world: World;

  async function annInCrew(options: { readonly forgetLedger?: boolean } = {}): Promise<string> {
    world = await World.begin(options);
    const crew = await world.conversation("Crew");
    await world.ann.launch();
    await world.ann.chats.enter("Crew");
    return crew;
  }
  afterEach(async () => {
    await world.end();
  });

  it("holdsExactly: a server that forgets applies a message again [effects of messages]", async () => {
    await annInCrew({ forgetLedger: true });
    const { ann, server } = world;
    await server.misbehave({ on: "push", kind: "dropAfterCommit", user: "ann" });
    await ann.chat.write("Twice");
    await server.waitUntil("it was asked again", ({ repeatedEffects }) => repeatedEffects > 0);
    await server.holdsExactly(["Twice"]);
  });

  it("holdsExactly: a message that is not there [the messages on the server]", async () => {
    await annInCrew();
    await world.server.holdsExactly(["Nobody wrote this"]);
  });

  it("onlyRowsChanged: another row changes as well [the rows that changed]", async () => {
    const crew = await annInCrew();
    const ben = await world.ben();
    await ben.say(crew, "First");
    await world.ann.chat.shows("First");
    await world.ann.page.observeRows();
    await world.ann.page.run(`() => { ${OTHER_ROW}; }`);
    await ben.say(crew, "One more");
    await world.ann.chat.shows("One more");
    await world.ann.page.onlyRowsChanged(["One more"], 1);
  });

  it("onlyRowsChanged: too few rows are loaded [rows are loaded]", async () => {
    const crew = await annInCrew();
    const ben = await world.ben();
    await ben.say(crew, "First");
    await world.ann.chat.shows("First");
    await world.ann.page.observeRows();
    await ben.say(crew, "One more");
    await world.ann.chat.shows("One more");
    await world.ann.page.onlyRowsChanged(["One more"], 200);
  });

  it("statusChangedCalmly: an icon that flickers [milliseconds between changes]", async () => {
    await annInCrew();
    await world.ann.page.observeStatus();
    await world.ann.page.run(`async () => {
      const icon = [...document.querySelectorAll('[data-testid="status-icon"]')].find((one) =>
        one.checkVisibility(),
      );
      for (const label of ["one", "two", "three"]) {
        icon.setAttribute("aria-label", label);
        await new Promise(requestAnimationFrame);
      }
    }`);
    await world.ann.page.statusChangedCalmly(MS_PER_S);
  });

  it("blankness: a picture of nothing [is blank]", async () => {
    world = await World.begin();
    const file = join(world.folder, "blank.png");
    writePng(file, {
      width: WIDTH,
      height: HEIGHT,
      channels: 3,
      pixels: Buffer.alloc(WIDTH * HEIGHT * 3, 0xff),
    });
    assert.equal(blankness(file), null);
  });
});
