// A second phone in the same test. Detox gives a test one device, `detox.device`; a further
// worker of its own, with a session of its own, brings another, on every platform.

// @ts-check

const detox = require("detox");
const { DetoxWorker, contextSymbols } = require("./linux/detox");

/** @returns {Promise<any>} `device`, `by`, `element`, `expect`, `waitFor`, and `cleanup` to end it */
async function openSecondDevice() {
  /** @type {any} */
  const first = detox;
  const config = first[contextSymbols.config];
  const second = Object.create(first, {
    [contextSymbols.config]: {
      value: {
        ...config,
        behavior: { ...config.behavior, init: { ...config.behavior.init, exposeGlobals: false } },
        // Without an id it makes one: two apps in one session would be one too many.
        session: { ...config.session, sessionId: undefined },
      },
    },
  });
  const worker = new DetoxWorker(second);
  worker.id = `${first[contextSymbols.worker].id}-second`;
  await worker.init();
  return worker;
}

module.exports = { openSecondDevice };
