// The half of the Detox agent that is in the page: it knows when the app is idle, finds
// elements, judges what they show, and says where to touch. The window's process calls it
// (DetoxSession.cpp) and has the hands. It is there only when Detox starts the app.

/* global document, window */

import { act } from "./actions.mjs";
import { busyWith, idle, install, pause, setSyncSettings } from "./activity.mjs";
import { expectNow, expectWithin } from "./expectations.mjs";
import { ask } from "./hands.mjs";
import { runScript } from "./webview.mjs";

/** How often a change of the page's visibility is looked for, in milliseconds. */
const POLL_MS = 10;

async function expectation(invocation) {
  if (invocation.timeout !== undefined) return expectWithin(invocation, invocation.timeout);
  await idle();
  return expectNow(invocation);
}

async function action(invocation) {
  await idle();
  const answer = invocation.while ? await actWhile(invocation) : await act(invocation);
  await idle();
  return answer;
}

/** Acts again and again until what is waited for is so, or the action cannot be done. */
async function actWhile(invocation) {
  for (;;) {
    try {
      expectNow(invocation.while);
      return;
    } catch {
      await act(invocation);
      await idle();
    }
  }
}

const INVOCATIONS = { action, expectation, webAction: runScript };

async function visibility(wanted) {
  while (document.visibilityState !== wanted) await pause(POLL_MS);
}

window.detoxAgent = {
  invoke: (invocation) => {
    const serve = INVOCATIONS[invocation.type];
    if (serve === undefined) throw new Error(`the Linux host knows no "${invocation.type}"`);
    return serve(invocation);
  },
  waitForActive: async () => {
    await visibility("visible");
    await idle();
  },
  waitForBackground: () => visibility("hidden"),
  setSyncSettings,
  currentStatus: () => {
    const busy = busyWith();
    if (busy.length === 0) return { status: { app_status: "idle" } };
    return {
      status: {
        app_status: "busy",
        busy_resources: [{ name: "unknown", description: { identifier: busy.join("; ") } }],
      },
    };
  },
};

install();
window.addEventListener("load", async () => {
  await idle();
  await ask({ do: "idle" });
});
