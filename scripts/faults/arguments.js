// Calls with arguments that do not fit. The engine stays open and reads the same.

// @ts-check

const { CONVERSATION, SECRET, failInApp, message } = require("./app");

/** @typedef {import("./faults").Fault} Fault */

/**
 * @param {string} name
 * @param {(mailboat: any) => unknown} call
 * @param {string} [code]
 * @returns {Fault}
 */
function refused(name, call, code = "INVALID_ARGUMENT") {
  return { name, code, provoke: (scene) => failInApp(scene.place, call) };
}

const create = (/** @type {object} */ values) => (/** @type {any} */ mailboat) =>
  mailboat.create("messages", message(values));

/** One byte more than a text column takes when its schema states no limit. */
const OVER_LONG = SECRET.padEnd(64 * 1024 + 1, ".");

/** @type {Fault[]} */
const faults = [
  refused("unknown-collection", (mailboat) => mailboat.create("letters", { body: SECRET })),
  refused("unknown-column", create({ colour: SECRET })),
  refused("missing-field", create({ senderId: undefined })),
  refused("null-in-a-required-field", create({ senderId: null })),
  refused("wrong-type", create({ body: 7 })),
  refused("over-long-body", create({ body: OVER_LONG })),
  refused("over-long-body-by-sendMessage", (mailboat) =>
    mailboat.sendMessage(CONVERSATION, OVER_LONG),
  ),
  refused("integer-beyond-2^53-1", create({ sentAt: 2 ** 53 })),
  refused("integer-with-a-fraction", create({ sentAt: 0.5 })),
  refused("nan", create({ sentAt: NaN })),
  refused("infinity", create({ sentAt: Infinity })),
  refused("bigint", create({ sentAt: 1n })),
  refused("lone-surrogate", create({ body: `${SECRET}\ud800` })),
  refused("lone-surrogate-inside-json", (mailboat) =>
    mailboat.update("conversations", CONVERSATION, { memberIds: [SECRET, "\udc00"] }),
  ),
  refused("over-long-id", (mailboat) =>
    mailboat.create("messages", message({}), { id: "i".repeat(129) }),
  ),
  refused(
    "duplicate-id",
    (mailboat) => mailboat.create("conversations", { title: SECRET, memberIds: [] }, CREW),
    "CONFLICT",
  ),
  refused("update-of-an-unknown-record", (mailboat) =>
    mailboat.update("conversations", "nobody", { title: SECRET }),
  ),
  refused("update-of-nothing", (mailboat) => mailboat.update("conversations", CONVERSATION, {})),
  refused("delete-of-an-unknown-record", (mailboat) => mailboat.delete("messages", "nobody")),
  refused("retry-of-an-unknown-entry", (mailboat) =>
    mailboat.outbox.retry("00000000-0000-7000-8000-000000000000"),
  ),
  refused("discard-of-what-is-no-entry", (mailboat) => mailboat.outbox.discard("nobody")),
  refused("limit-0", (mailboat) => mailboat.querySync({ collection: "messages", limit: 0 })),
  refused("limit-501", (mailboat) => mailboat.query({ collection: "messages", limit: 501 })),
  refused("outbox-limit-501", (mailboat) => mailboat.outbox.page({ limit: 501 })),
  refused("filter-of-another-type", (mailboat) =>
    mailboat.querySync({ collection: "messages", where: { sentAt: SECRET }, limit: 1 }),
  ),
  refused("order-by-an-unknown-column", (mailboat) =>
    mailboat.querySync({ collection: "messages", orderBy: { column: "colour" }, limit: 1 }),
  ),
  refused(
    "load-older-without-a-backend",
    (mailboat) => mailboat.loadOlder("messages", CONVERSATION, 50),
    "UNSUPPORTED",
  ),
  refused("sync-without-a-backend", (mailboat) => mailboat.sync(), "UNSUPPORTED"),
];

const CREW = { id: CONVERSATION };

module.exports = { faults };
