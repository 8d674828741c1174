// A phone: a process of its own that runs the package as an app does, on a real database
// file. Its person tells it what to do by lines on its standard input; what happens on it
// goes to standard output. When the demo ends, however it ends, the input ends and so does
// this process.

// @ts-check

const { createMailboat } = require("react-native-mailboat");
const { nodeHost } = require("react-native-mailboat/node");
const { readJsonLines, writeJsonLine } = require("./jsonLines");

/** Short delays and small batches, so that a minute holds a story. */
const POLICY = {
  baseMs: 250,
  maxDelayMs: 1_000,
  batchEntries: 20,
  breakerOpenMs: 2_000,
  breakerMaxOpenMs: 2_000,
  retryFloorMs: 1_000,
  reconnectSpreadMs: 1_000,
};
/** Rows on the screen: more than the story writes. */
const SCREEN_ROWS = 500;

/** @type {import("react-native-mailboat").Mailboat} */
let mailboat;
/** @type {import("react-native-mailboat").LiveWindow<import("react-native-mailboat").Message>} */
let screen;
let conversationId = "";

/** What the person can do. Each answers when it is done. */
const actions = {
  /** @param {{ user: string, file: string, url: string, token: string }} options */
  async openApp({ user, file, url, token }) {
    mailboat = createMailboat({
      path: file,
      userId: user,
      policy: POLICY,
      backend: { kind: "rest", baseUrl: url, getToken: () => Promise.resolve(token) },
      host: nodeHost(),
    });
    await mailboat.whenReady();
    mailboat.status.subscribe(tellStatus);
    const conversations = mailboat.watch({ collection: "conversations", limit: SCREEN_ROWS });
    const tell = () =>
      say({ news: "conversations", ids: conversations.getSnapshot().rows.map(({ id }) => id) });
    conversations.subscribe(tell);
    tell();
    tellStatus();
  },

  /** @param {{ title: string, memberIds: string[] }} conversation */
  async makeConversation(conversation) {
    return (await mailboat.create("conversations", conversation)).id;
  },

  /** Opens the screen of a conversation; answers how much is on it at the first look. */
  async enter({ conversation }) {
    conversationId = conversation;
    screen = mailboat.watch({
      collection: "messages",
      where: { conversationId },
      take: "last",
      limit: SCREEN_ROWS,
    });
    const shown = () => screen.getSnapshot().rows.length;
    screen.subscribe(() => say({ news: "screen", shown: shown() }));
    say({ news: "screen", shown: shown() });
    return shown();
  },

  /** Writes one message after the other, and tells of each once it is durable. */
  async write({ bodies }) {
    for (const body of bodies) {
      await mailboat.sendMessage(conversationId, body);
      say({ news: "acknowledged", body });
    }
  },

  /** The messages on the screen, from top to bottom. */
  async readScreen() {
    return screen.getSnapshot().rows.map(({ senderId, body }) => ({ senderId, body }));
  },

  /** What the phone's system says of the network. */
  async setNetwork({ network }) {
    await mailboat.setNetwork(network);
  },

  async closeApp() {
    await mailboat.close();
  },
};

function tellStatus() {
  const { phase, pending, online, nextAttemptAt } = mailboat.status.getSnapshot();
  // Only an answer that names a message burns an attempt, and only of the lane's first.
  const open = mailboat.state.getSnapshot().kind === "ready";
  const attempts = open ? (mailboat.outbox.page({ limit: 1 }).entries[0]?.attempts ?? 0) : 0;
  say({ news: "status", phase, pending, online, nextAttemptAt, attempts });
}

/** @param {object} words */
function say(words) {
  writeJsonLine(process.stdout, words);
}

/** @param {{ call: number, action: keyof typeof actions, options: any }} request */
async function act({ call, action, options }) {
  try {
    say({ call, answer: (await actions[action](options)) ?? null });
  } catch (error) {
    const { code = "none", message } = /** @type {any} */ (error);
    say({ call, error: `${action}: ${code}: ${message}` });
  }
}

readJsonLines(process.stdin, act);
