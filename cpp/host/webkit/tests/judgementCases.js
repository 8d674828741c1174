// What the agent finds, what it takes for visible, and when it takes the app for idle.

/* global XMLHttpRequest, document, window */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { createServer } = require("node:http");
const { byId, byText, refuses } = require("./expecting");

/** How long a server takes in which a page would be looked at too early, in milliseconds. */
const SLOW_ANSWER_MS = 400;

const judgementCases = {
  "matchers find by id, text, label, value, traits, type, and what is around": async (stage) => {
    const page = await stage.start();
    const exists = (predicate) => page.expect(predicate, "toExist");
    await exists({ type: "text", value: "/^aho/i", isRegex: true });
    await exists({ type: "label", value: "Add one" });
    await exists({ type: "traits", value: ["button"] });
    await exists({ type: "type", value: "RCTMultilineTextInputView" });
    await exists({ type: "value", value: "0" });
    const row = {
      type: "and",
      predicates: [byText("Row 7"), { type: "ancestor", predicate: byId("list") }],
    };
    await exists(row);
    const holder = { type: "descendant", predicate: byText("Row 7") };
    const ids = { type: "id", value: "/^row-/", isRegex: true };
    const found = await page.act({ type: "and", predicates: [ids, holder] }, "getAttributes");
    assert.equal(found.identifier, "row-7");
    const others = { type: "and", predicates: [ids, { type: "not", predicate: holder }] };
    assert.equal((await page.act(others, "getAttributes")).elements.length, 49);
    await page.expectNot({ type: "or", predicates: [byText("Nobody"), byId("nobody")] }, "toExist");
    await refuses(exists({ type: "colour", value: "red" }), /knows no matcher "colour"/);
  },

  "an expectation that is not met says what was found": async (stage) => {
    const page = await stage.start();
    await refuses(
      page.expect(byId("title"), "toHaveText", "Nope"),
      /toHaveText\("Nope"\) failed .* found "Ahoy"/,
    );
    await refuses(page.expectNot(byId("title"), "toHaveText", "Ahoy"), /not\.toHaveText/);
    await refuses(page.expectNot(byId("title"), "toExist"), /not\.toExist/);
    await refuses(page.expect(byId("nobody"), "toBeVisible"), /No elements found for/);
    await refuses(page.expect(byId("add"), "toHaveLabel", "Add"), /found "Add one"/);
    await refuses(page.expect(byId("composer"), "toBeFocused"), /toBeFocused\(\) failed/);
    await refuses(
      page.expect(byId("switch"), "toHaveToggleValue", 1),
      /toHaveToggleValue\(1\) failed/,
    );
    await page.expect(byId("title"), "toHaveText", "/^ah/i", true);
    await page.expect(byId("title"), "toHaveId", "title");
    await page.expect({ type: "id", value: "switch" }, "toHaveValue", "0");
    await page.run(() => {
      document.querySelector('[role="switch"]').click();
      return true;
    });
    await page.expect(byId("switch"), "toHaveToggleValue", 1);
  },

  "visible is what can be seen": async (stage) => {
    const page = await stage.start();
    const style = (css) =>
      page.run((text) => {
        document.querySelector('[data-testid="title"]').style.cssText = text;
        return true;
      }, css);
    await page.expect(byId("title"), "toBeVisible");
    await page.expectNot(byId("covered"), "toBeVisible");
    await page.expectNot(byId("row-6"), "toBeVisible");
    for (const css of ["opacity: 0", "display: none", "visibility: hidden", "margin-left: 100vw"]) {
      await style(css);
      await page.expectNot(byId("title"), "toBeVisible");
    }
    // Half of it is outside.
    await style("margin-left: 50vw; width: 100vw");
    await page.expectNot(byId("title"), "toBeVisible");
    await page.expect(byId("title"), "toBeVisible", 40);
    await style("pointer-events: none; border-radius: 50%");
    await page.expect(byId("title"), "toBeVisible");
  },

  "short timers and frames are waited for, long timers are not": async (stage) => {
    const page = await stage.start();
    const begin = (script) => page.run(script);
    await begin(() => {
      const title = document.querySelector('[data-testid="title"]');
      setTimeout(() => {
        let frames = 10;
        const draw = () => {
          frames -= 1;
          if (frames > 0) window.requestAnimationFrame(draw);
          else setTimeout(() => (title.textContent = "done"), 200);
        };
        draw();
      }, 300);
      return true;
    });
    await page.expect(byId("title"), "toHaveText", "done");
    await begin(() => {
      setTimeout(
        () => (document.querySelector('[data-testid="title"]').textContent = "late"),
        1_600,
      );
      return true;
    });
    await page.expect(byId("title"), "toHaveText", "done");
    assert.deepEqual((await page.detox.ask("currentStatus")).params, {
      status: { app_status: "idle" },
    });
    await page.invoke({
      type: "expectation",
      predicate: byId("title"),
      expectation: "toHaveText",
      params: ["late"],
      timeout: 5_000,
    });
  },

  "requests are waited for, of either kind": async (stage) => {
    const answers = (_request, response) => setTimeout(() => response.end("done"), SLOW_ANSWER_MS);
    const server = createServer(answers).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${server.address().port}/`;
    const page = await stage.start();
    await page.run((from) => {
      const title = document.querySelector('[data-testid="title"]');
      void fetch(from).then(async (response) => {
        title.textContent = await response.text();
      });
      return true;
    }, url);
    const status = await page.detox.ask("currentStatus");
    assert.match(JSON.stringify(status.params), /"busy".*127\.0\.0\.1/);
    await page.expect(byId("title"), "toHaveText", "done");
    await page.run((from) => {
      const request = new XMLHttpRequest();
      request.addEventListener("load", () => {
        document.querySelector('[data-testid="sent"]').textContent = request.responseText;
      });
      request.open("GET", from);
      request.send();
      return true;
    }, url);
    await page.expect(byId("sent"), "toHaveText", "done");
    server.close();
  },

  "an animation without an end is not waited for": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      const draw = () => window.requestAnimationFrame(draw);
      draw();
      return true;
    });
    await page.act(byId("add"), "tap");
    await page.expect(byId("count"), "toHaveText", "1");
  },

  "synchronisation can be switched off": async (stage) => {
    const page = await stage.start();
    await page.detox.ask("setSyncSettings", { enabled: false });
    await page.run(() => {
      setTimeout(
        () => (document.querySelector('[data-testid="title"]').textContent = "done"),
        1_000,
      );
      return true;
    });
    await page.expect(byId("title"), "toHaveText", "Ahoy");
  },

  "waiting for what does not come ends": async (stage) => {
    const page = await stage.start();
    const never = {
      type: "expectation",
      predicate: byId("nobody"),
      expectation: "toExist",
      timeout: 200,
    };
    await refuses(page.invoke(never), /toExist\(\) failed/);
  },
};

module.exports = { judgementCases };
