// What serves the page: the real C++ module, or the suite tests something else.

import assert from "node:assert/strict";
import { by, device, element, expect } from "detox";
import { eachTestHasAWorld } from "./world/world";

describe("diagnostics", () => {
  const world = eachTestHasAWorld();

  it("name the native module and the JavaScript engine that serve the app", async () => {
    const { ann } = world();
    await ann.launch();
    await ann.diagnostics.open();
    const served = element(by.id("diagnostics-module"));
    await expect(served).toHaveText(/C\+\+ TurboModule, (JavaScriptCore|Hermes)/);
    await device.takeScreenshot("module");
  });

  it(":linux: and the page has that module from outside, in C++", async () => {
    const { ann } = world();
    await ann.launch();
    assert.match(await ann.page.sourceOfModule(), /\{\s*\[native code\]\s*\}/);
  });
});
