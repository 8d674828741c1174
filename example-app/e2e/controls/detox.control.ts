// Tests that must fail: Detox's words, each used where it does not hold. The title says why.

import { by, device, element, expect, waitFor, web } from "detox";
import { World } from "../world/world";

/** Enough that the first ones are out of sight. */
const MESSAGES = 60;
/** For what never comes. */
const SHORT_MS = 300;
const FLING = 1_200;
/** Something that comes a second after it was asked for, as from a timer of the app. */
const ADD_LATER = `() => {
  document.querySelectorAll('[data-testid="added-later"]').forEach((one) => one.remove());
  setTimeout(() => {
    const added = document.createElement("div");
    added.dataset.testid = "added-later";
    document.body.append(added);
  }, 1_000);
}`;

describe("controls of Detox's words", () => {
  let world: World;

  beforeAll(async () => {
    world = await World.begin();
    const crew = await world.conversation("Crew");
    const ben = await world.ben();
    await ben.say(crew, ...Array.from({ length: MESSAGES }, (_, index) => `Message ${index + 1}`));
    await world.ann.launch();
    await world.ann.chats.enter("Crew");
    await world.ann.chat.shows(`Message ${MESSAGES}`);
  });
  afterAll(async () => {
    await world.end();
  });

  describe("that name an element", () => {
    it("id: one that nothing has [No elements found]", async () => {
      await element(by.id("no-such-id")).tap();
    });
    it("text: words that nothing shows [No elements found]", async () => {
      await element(by.text("Nobody wrote this")).tap();
    });
    it("label: one that nothing has [No elements found]", async () => {
      await element(by.label(/^nobody is called this$/)).tap();
    });
    it("withDescendant: a row that holds something else [No elements found]", async () => {
      await element(by.id(/^message-/).withDescendant(by.text("Nobody wrote this"))).tap();
    });
    it("withAncestor: a part of another screen [No elements found]", async () => {
      await element(by.id("send").withAncestor(by.id("screen-outbox"))).tap();
    });
    it("and: two of which one does not hold [No elements found]", async () => {
      await element(by.id("send").and(by.label(/^nobody is called this$/))).tap();
    });
    it("cssSelector: one that nothing matches [No elements found]", async () => {
      await web.element(by.web.cssSelector(".no-such-class")).runScript("() => 1");
    });
  });

  describe("that do something", () => {
    it("tap: one of several [Multiple elements found]", async () => {
      await element(by.id("message-body")).tap();
    });
    it("tap: what is out of sight [is not hittable]", async () => {
      await world.ann.chat.bubble(`Message ${MESSAGES - 40}`).tap();
    });
    it("tap: a button that is disabled does nothing [toExist]", async () => {
      await element(by.id("send")).tap();
      await expect(element(by.id("message-delivery"))).toExist();
    });
    it("typeText: into what takes no text [is no text field]", async () => {
      await element(by.id("chat-title")).typeText("Ahoy");
    });
    it("replaceText: in what takes no text [is no text field]", async () => {
      await element(by.id("chat-title")).replaceText("Ahoy");
    });
    it("scroll: past the end [Unable to scroll]", async () => {
      await element(by.id("messages")).scroll(FLING, "down");
    });
    it("scrollTo: in what does not scroll [does not scroll]", async () => {
      await element(by.id("chat-title")).scrollTo("top");
    });
    it("getAttributes: of what is not there [No elements found]", async () => {
      await element(by.id("no-such-id")).getAttributes();
    });
    it("runScript: one that throws [thrown by the control]", async () => {
      await world.ann.page.run('() => { throw new Error("thrown by the control"); }');
    });
  });

  describe("that expect something", () => {
    it("toBeVisible: what is out of sight [toBeVisible]", async () => {
      await expect(world.ann.chat.bubble(`Message ${MESSAGES - 40}`)).toBeVisible();
    });
    it("toExist: what is not there [toExist]", async () => {
      await expect(element(by.id("no-such-id"))).toExist();
    });
    it("toHaveText: other words [Crew]", async () => {
      await expect(element(by.id("chat-title"))).toHaveText("Harbour office");
    });
    it("toHaveLabel: another one [toHaveLabel]", async () => {
      await expect(element(by.id("send"))).toHaveLabel("another label");
    });
    it("not: of what holds [toBeVisible]", async () => {
      await expect(element(by.id("chat-title"))).not.toBeVisible();
    });
    it("withTimeout: what never comes [toExist]", async () => {
      await waitFor(element(by.id("no-such-id")))
        .toExist()
        .withTimeout(SHORT_MS);
    });
    it("whileElement: what no scrolling brings [Unable to scroll]", async () => {
      await waitFor(element(by.text("Nobody wrote this")))
        .toBeVisible()
        .whileElement(by.id("messages"))
        .scroll(FLING, "down");
    });
    it("toHaveToggleValue: the other one [toHaveToggleValue]", async () => {
      await world.ann.chat.leave();
      await world.ann.tasks.open();
      await world.ann.tasks.isUnlocked();
      await expect(element(by.id("task-low-priority"))).toHaveToggleValue(true);
    });
  });

  describe("that drive the device", () => {
    it("launchApp: without `delete` what was there is still there [conversations-empty]", async () => {
      await world.ann.launch({ fresh: false });
      await waitFor(element(by.id("conversations-empty")))
        .toExist()
        .withTimeout(SHORT_MS);
    });
    it("reloadReactNative: what was not sent is not kept [No elements found]", async () => {
      await world.ann.chats.enter("Crew");
      await element(by.id("composer")).typeText("Not sent");
      await device.reloadReactNative();
      await expect(element(by.id("composer"))).toHaveText("Not sent");
    });
    it("disableSynchronization: nobody waits for the app [toExist]", async () => {
      await device.disableSynchronization();
      await world.ann.page.run(ADD_LATER);
      await expect(element(by.id("added-later"))).toExist();
    });
    it("enableSynchronization: what the app is about to do is waited for [not.toExist]", async () => {
      await device.enableSynchronization();
      await world.ann.page.run(ADD_LATER);
      await expect(element(by.id("added-later"))).not.toExist();
    });
    it("sendToHome: nobody touches a hidden app [in the background]", async () => {
      await device.sendToHome();
      await element(by.id("tab-tasks")).tap();
    });
    it("terminateApp: nobody answers any more [seem to connect to the test app]", async () => {
      await device.terminateApp();
      await waitFor(element(by.id("screen-chats")))
        .toBeVisible()
        .withTimeout(SHORT_MS);
    });
    it("takeScreenshot: of an app that does not run [does not run]", async () => {
      await device.takeScreenshot("nothing");
    });
  });
});
