// Instead of program.js, to see what the engine itself keeps of a runtime that is gone:
// promises and timers that nothing settles, and no module.
/* global ledger, plan */
"use strict";

globalThis.unsettled = 0;

(() => {
  const { writes, endsAt } = plan;
  const kept = [];
  const wait = () => {
    globalThis.unsettled += 1;
    kept.push(
      new Promise((resolve) => setTimeout(resolve, 1)).then(() => (globalThis.unsettled -= 1)),
    );
  };
  for (let at = 0; at < writes; at += 1) wait();
  let steps = 0;
  const step = () => {
    if (steps++ === endsAt) ledger.end();
    wait();
    setTimeout(step, 0);
  };
  setTimeout(step, 0);
})();
