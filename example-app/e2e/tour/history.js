// What the example begins with: three people who have talked for some days. It is written by
// engines in Node, one a person, and takes the real way to the server.

// @ts-check

const { setTimeout: pause } = require("node:timers/promises");
const path = require("node:path");
const { createMailboat } = require("react-native-mailboat");
const { nodeHost } = require("react-native-mailboat/node");

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 20;

/**
 * Conversations, each with its messages: how long ago, who, what. The first that Ben writes
 * is made by him; members see a conversation as soon as it is on the server.
 *
 * @type {{ title: string, members: string[], messages: [number, string, string][] }[]}
 */
const CONVERSATIONS = [
  {
    title: "Harbour office",
    members: ["ann", "cleo"],
    messages: [
      [3 * DAY_MS, "cleo", "Berth 14 is yours until the end of the month."],
      [3 * DAY_MS - 4 * MINUTE_MS, "ann", "Thank you! We come in on Friday evening."],
      [3 * DAY_MS - 5 * MINUTE_MS, "cleo", "The gate code is on the board by the crane."],
    ],
  },
  {
    title: "Sunday race",
    members: ["ann", "ben", "cleo"],
    messages: [
      [DAY_MS + 2 * HOUR_MS, "cleo", "Start moved to 11:30, the wind comes late."],
      [DAY_MS + HOUR_MS, "ben", "Good. I sleep in, then."],
      [DAY_MS, "ann", "You are on breakfast duty, Ben."],
    ],
  },
  {
    title: "Crew",
    members: ["ann", "ben"],
    messages: [
      [2 * HOUR_MS, "ben", "The new jib is here. It smells like a shop."],
      [2 * HOUR_MS - 2 * MINUTE_MS, "ann", "Did you try it on the forestay?"],
      [
        2 * HOUR_MS - 5 * MINUTE_MS,
        "ben",
        "Fits. We need two more shackles, the old ones are done.",
      ],
      [2 * HOUR_MS - 6 * MINUTE_MS, "ann", "I bring some from town."],
      [40 * MINUTE_MS, "ben", "No signal behind the island, so this may reach you late."],
      [
        38 * MINUTE_MS,
        "ben",
        "High tide is at 6:10. If we leave at five, we are through the narrows before it turns and have the current with us all morning.",
      ],
      [12 * MINUTE_MS, "ann", "Five it is. I make the coffee."],
    ],
  },
];

/** Ann's list, oldest first. */
const TASKS = [
  { title: "Scrape the hull", done: true },
  { title: "Two shackles for the jib", done: false },
  { title: "Check the flares", done: false },
  { title: "Refill the gas bottle", done: true },
];

/** As the app has it: the server takes any collection. */
const TASKS_SCHEMA = /** @type {const} */ ({
  collections: [
    {
      name: "tasks",
      columns: [
        { name: "title", type: "text" },
        { name: "done", type: "boolean" },
      ],
    },
  ],
});

/**
 * Writes it all to a server that has nothing yet.
 *
 * @param {import("../../../scripts/demo/devServer").DevServer} server
 * @param {string} folder for the engines' files
 */
async function writeHistory(server, folder) {
  const open = (/** @type {string} */ user) =>
    createMailboat({
      path: path.join(folder, `${user}-history.db`),
      userId: user,
      host: nodeHost(),
      backend: { kind: "rest", baseUrl: server.url, getToken: () => server.token(user) },
    });
  const people = new Map(["ann", "ben", "cleo"].map((user) => [user, open(user)]));
  const now = Date.now();
  for (const { members, messages, title } of CONVERSATIONS) {
    const author = people.get(members[0] ?? "");
    const made = await author?.create("conversations", { title, memberIds: members });
    await sentAll(author);
    for (const [agoMs, senderId, body] of messages) {
      const values = { conversationId: made?.id ?? "", senderId, body, sentAt: now - agoMs };
      const writer = people.get(senderId);
      await writer?.create("messages", values);
      // One after the other: the server's order is the order of a conversation.
      await sentAll(writer);
    }
  }
  for (const person of people.values()) await person.close();
  await writeTasks(server, folder);
}

/** @param {import("../../../scripts/demo/devServer").DevServer} server @param {string} folder */
async function writeTasks(server, folder) {
  const tasks = createMailboat({
    path: path.join(folder, "ann-tasks-history.db"),
    schema: TASKS_SCHEMA,
    host: nodeHost(),
    backend: { kind: "rest", baseUrl: server.url, getToken: () => server.token("ann") },
  });
  for (const task of TASKS) await tasks.create("tasks", task);
  await sentAll(tasks);
  await tasks.close();
}

/** @param {{ status: { getSnapshot: () => { pending: number } } } | undefined} mailboat */
async function sentAll(mailboat) {
  const giveUp = Date.now() + PATIENCE_MS;
  while ((mailboat?.status.getSnapshot().pending ?? 0) > 0) {
    if (Date.now() > giveUp) throw new Error("The history did not reach the server.");
    await pause(LOOK_EVERY_MS);
  }
}

module.exports = { writeHistory };
