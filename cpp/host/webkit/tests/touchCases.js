// Events of the display, as the page sees them.

/* global document, window */

const assert = require("node:assert/strict");
const { byId, byText, refuses } = require("./expecting");

const textTyped = "Ahoy, ß ä 你 🚢!";

const touchCases = {
  "a tap lands, as a real event": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      document.body.addEventListener("click", ({ isTrusted }) => {
        window.trusted = isTrusted;
      });
      return true;
    });
    await page.act(byId("add"), "tap");
    await page.act(byText("Add"), "tap");
    await page.act(byId("add"), "multiTap", 3);
    await page.expect(byId("count"), "toHaveText", "5");
    assert.equal(await page.run(() => window.trusted), true);
  },

  "a long press lasts": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      const add = document.querySelector('[data-testid="add"]');
      add.addEventListener("pointerdown", () => {
        window.pressedAt = performance.now();
      });
      add.addEventListener("pointerup", () => {
        window.pressedMs = performance.now() - window.pressedAt;
      });
      return true;
    });
    await page.act(byId("add"), "longPress", 300);
    assert.ok((await page.run(() => window.pressedMs)) >= 300);
  },

  "what is covered, missing or meant twice is not tapped": async (stage) => {
    const page = await stage.start();
    await refuses(page.act(byId("covered"), "tap"), /is not hittable/);
    await refuses(page.act(byId("row-40"), "tap"), /is not hittable/);
    await refuses(page.act(byId("nobody"), "tap"), /No elements found for/);
    const rows = { type: "id", value: "/^row-/", isRegex: true };
    await refuses(page.act(rows, "tap"), /Multiple elements found for/);
    await refuses(page.act(byId("add"), "pinch", 2), /knows no action "pinch"/);
  },

  "text is typed key by key, in every script": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      window.keys = 0;
      window.addEventListener("keydown", () => (window.keys += 1));
      return true;
    });
    await page.act(byId("composer"), "typeText", textTyped);
    await page.expect(byId("composer"), "toHaveText", textTyped);
    await page.expect(byId("composer"), "toBeFocused");
    assert.equal(await page.run(() => window.keys), [...textTyped].length);
    await page.act(byId("composer"), "tapBackspaceKey");
    await page.expect(byId("composer"), "toHaveText", textTyped.slice(0, -1));
    await page.act(byId("composer-box"), "tapReturnKey");
    await page.expect(byId("sent"), "toHaveText", textTyped.slice(0, -1));
    await page.expect(byId("composer"), "toHaveText", "");
  },

  "text is replaced and cleared, and the app hears of it": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      window.heard = [];
      const composer = document.querySelector('[data-testid="composer"]');
      composer.addEventListener("input", () => window.heard.push(composer.value));
      return true;
    });
    await page.act(byId("composer"), "replaceText", "first 你");
    await page.act(byId("composer"), "replaceText", "second");
    await page.act(byId("composer"), "clearText");
    assert.deepEqual(await page.run(() => window.heard), ["first 你", "second", ""]);
    await refuses(page.act(byId("title"), "typeText", "x"), /is no text field/);
  },

  "a list scrolls as far as it is told, and not past its edge": async (stage) => {
    const page = await stage.start();
    const top = () => page.run(() => ({ top: document.getElementById("list").scrollTop }));
    await page.act(byId("list"), "scroll", 305, "down", null, null);
    assert.deepEqual(await top(), { top: 305 });
    await page.act(byId("list"), "scroll", 105, "up", null, 0.2);
    assert.deepEqual(await top(), { top: 200 });
    await page.act(byId("list"), "swipe", "up", "fast", 0.5, null, null);
    assert.deepEqual(await top(), { top: 320 });
    await page.act(byId("list"), "scrollTo", "bottom", null, null);
    await page.expect(byId("row-49"), "toBeVisible");
    await refuses(page.act(byId("list"), "scroll", 50, "down", null, null), /Unable to scroll/);
    await page.act(byId("list"), "scrollTo", "top", null, null);
    await page.expectNot(byId("row-49"), "toBeVisible");
    await refuses(page.act(byId("list"), "scroll", 50, "right", null, null), /Unable to scroll/);
  },

  "it scrolls until something shows, or the list ends": async (stage) => {
    const page = await stage.start();
    const scrollUntil = (text) =>
      page.invoke({
        type: "action",
        predicate: byId("list"),
        action: "scroll",
        params: [100, "down", null, null],
        while: { type: "expectation", predicate: byText(text), expectation: "toBeVisible" },
      });
    await scrollUntil("Row 30");
    await page.expect(byText("Row 30"), "toBeVisible");
    await page.expectNot(byText("Row 0"), "toBeVisible");
    await refuses(scrollUntil("Row 99"), /Unable to scroll/);
  },
};

module.exports = { touchCases };
