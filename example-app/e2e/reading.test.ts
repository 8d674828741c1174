// A long conversation: what is loaded when, and what moves when something comes in.

import assert from "node:assert/strict";
import { by, device, element, expect, waitFor } from "detox";
import { DELIVERY_MS, REACTION_MS } from "./world/deadlines";
import { eachTestHasAWorld } from "./world/world";

/** More than three pages of history: 50 come with the first pull, the others on request. */
const MESSAGES = 230;
const LOADED_ROWS = 200;
/** A screen and a half, in points. */
const FLING = 1_200;

const messageNumber = (number: number): string => `Message ${number}`;
const longStory = Array.from({ length: MESSAGES }, (_, index) => messageNumber(index + 1));

describe("a long conversation", () => {
  const world = eachTestHasAWorld();
  let crew: string;

  beforeEach(async () => {
    const { ann } = world();
    crew = await world().conversation("Crew");
    const ben = await world().ben();
    await ben.say(crew, ...longStory);
    await ann.launch();
    await ann.chats.enter("Crew");
    await ann.chat.shows(messageNumber(MESSAGES));
  });

  it("rests at the newest, and loads what is older while one scrolls back", async () => {
    const { ann, server } = world();
    const first = ann.chat.bubble(messageNumber(1));
    await expect(first).not.toExist();
    await waitFor(element(by.id("history-start")))
      .toBeVisible()
      .whileElement(by.id("messages"))
      .scroll(FLING, "up");
    await expect(first).toBeVisible();
    const { requests } = await server.counts();
    assert.ok((requests["older"] ?? 0) > 0, "older messages came from the server");
    await device.takeScreenshot("history");
  });

  it("keeps its place when something comes in while one has scrolled up", async () => {
    const { ann } = world();
    const ben = await world().ben();
    await element(by.id("messages")).scroll(FLING, "up");
    await expect(element(by.id("jump-to-newest"))).toBeVisible();
    const newest = ann.chat.bubble(messageNumber(MESSAGES));
    await expect(newest).not.toBeVisible();

    await ben.say(crew, "News", "More news");
    const jump = element(by.id("jump-to-newest"));
    const jumpWithTwo = element(by.id("jump-to-newest").and(by.label(/^2 new/)));
    await waitFor(jumpWithTwo).toBeVisible().withTimeout(DELIVERY_MS);
    await expect(newest).not.toBeVisible();
    await device.takeScreenshot("jump");

    await jump.tap();
    await waitFor(ann.chat.bubble("More news")).toBeVisible().withTimeout(REACTION_MS);
    await expect(jump).not.toExist();
  });

  it(":linux: changes one row of 200 when one message comes in", async () => {
    const { ann, server } = world();
    const ben = await world().ben();
    const oldest = ann.chat.bubble(messageNumber(MESSAGES - LOADED_ROWS + 1));
    await waitFor(oldest).toExist().whileElement(by.id("messages")).scroll(FLING, "up");
    await element(by.id("messages")).scrollTo("bottom");
    await expect(ann.chat.bubble(messageNumber(MESSAGES))).toBeVisible();

    await ann.page.observeRows();
    await ben.say(crew, "One more");
    await ann.chat.shows("One more");
    // Her phone tells Ben that she has read it; that must not change a row either.
    await server.waitForReceipt(crew, "ann", "One more");
    await ann.page.onlyRowsChanged(["One more"], LOADED_ROWS);
  });
});
