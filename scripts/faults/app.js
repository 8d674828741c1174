// The app that faults happen to: the package's own API on a database in the folder of the
// fault, with a few messages in its outbox.

// @ts-check

const { createMailboat, messagingSchema } = require("react-native-mailboat");
const { nodeHost } = require("react-native-mailboat/node");

/** Messages, and a collection whose records may be large. */
const SCHEMA = {
  collections: [
    ...messagingSchema.collections,
    { name: "notes", columns: [{ name: "text", type: "text", maxBytes: 1024 * 1024 }] },
  ],
};
const CONVERSATION = "crew";
const FIRST_MESSAGES = 20;
/** Stands in every value that is refused; no error may repeat it. */
const SECRET = "hunter2";

/**
 * Opens the app's engine and waits until it is ready.
 *
 * @param {import("./place").Place} place
 * @param {object} [config] what differs from the usual
 * @returns {Promise<any>}
 */
async function openApp(place, config = {}) {
  const mailboat = createMailboat(
    /** @type {any} */ ({
      path: place.database,
      schema: SCHEMA,
      userId: "ann",
      host: nodeHost(),
      ...config,
    }),
  );
  await mailboat.whenReady();
  return mailboat;
}

/** What an app reads in one go, to be compared: all but how far writes have come. @param {any} mailboat */
function readAll(mailboat) {
  const windows = ["conversations", "messages", "notes"].map((collection) =>
    mailboat.querySync({ collection, limit: 500 }),
  );
  return JSON.stringify(windows, (name, value) => (name === "delivery" ? undefined : value));
}

/**
 * Lets an app do something that must fail, and sees to it that the same engine reads the
 * same afterwards. What `fail` throws is thrown on.
 *
 * @param {import("./place").Place} place
 * @param {(mailboat: any) => unknown} fail
 * @param {object} [config]
 */
async function failInApp(place, fail, config = {}) {
  const mailboat = await openApp(place, config);
  const before = readAll(mailboat);
  const failure = await failureOf(() => fail(mailboat));
  const after = readAll(mailboat);
  await mailboat.close();
  if (after !== before) throw new Error("The engine reads something else now.");
  if (failure !== null) throw failure;
}

/** What a call throws or rejects with; `null` when it does neither. @param {() => unknown} call */
async function failureOf(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}

/** Makes the database that each fault gets a copy of. @param {import("./place").Place} place */
async function writeFirstMessages(place) {
  const mailboat = await openApp(place);
  const members = { title: "Crew", memberIds: ["ann", "ben"] };
  await mailboat.create("conversations", members, { id: CONVERSATION });
  for (let number = 1; number <= FIRST_MESSAGES; number += 1) {
    await mailboat.sendMessage(CONVERSATION, `message ${number}`);
  }
  await mailboat.create("notes", { text: "The lamp is in the shed." }, { id: "lamp" });
  await mailboat.close();
}

/** A message as an app would write it, with some columns different. @param {object} different */
function message(different) {
  return { conversationId: CONVERSATION, senderId: "ann", body: SECRET, sentAt: 1, ...different };
}

module.exports = {
  CONVERSATION,
  SCHEMA,
  SECRET,
  failInApp,
  failureOf,
  message,
  openApp,
  readAll,
  writeFirstMessages,
};
