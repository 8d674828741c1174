// The story: two people, a server that goes away, a killed process, a lost answer. Each
// chapter waits for what it tells; nothing here counts what the end of the demo recounts.

// @ts-check

/** How many messages Ann sets out to write, and after how many her process is killed. */
const FIRST_HALF = 300;
const KILL_AFTER = 60;
/** Messages that she writes after that. */
const SECOND_HALF = 60;
/** How long a push takes on her slow line, in milliseconds: time to watch, and to be killed. */
const SLOW_LINE_MS = 150;
const ANSWERS = 3;

/**
 * @typedef {object} Cast
 * @property {import("./person").Person} ann
 * @property {import("./person").Person} ben
 * @property {import("./devServer").DevServer} server
 * @property {import("./terminal").Terminal} terminal
 */

/** @param {Cast} cast */
async function tellStory(cast) {
  const conversation = await everybodyOnline(cast);
  await serverGoesAway(cast);
  await annIsKilledWriting(cast);
  await annStartsAgain(cast, conversation);
  await serverComesBack(cast);
  await annIsKilledSending(cast);
  await benReadsAndAnswers(cast, conversation);
}

/** @param {Cast} cast @returns {Promise<string>} the conversation */
async function everybodyOnline({ ann, ben, terminal }) {
  terminal.chapter("Everybody is online");
  await ann.openApp();
  await ben.openApp();
  const conversation = await ann.makeConversation([ann.user, ben.user]);
  await ben.until("he sees the conversation", () => ben.conversations.includes(conversation));
  await ann.enter(conversation);
  await ben.enter(conversation);
  terminal.say("Ann makes a conversation with Ben. Both see it.");
  const before = Date.now();
  await ann.write(1);
  await ben.until("he sees the first message", () => ben.shown === 1);
  terminal.say(`She writes the first message. Ben sees it ${Date.now() - before} ms later.`);
  await ann.until("all is sent", () => ann.status.pending === 0 && ann.status.phase === "idle");
  await terminal.rest();
  return conversation;
}

/** @param {Cast} cast */
async function serverGoesAway({ ann, ben, server, terminal }) {
  terminal.chapter("The server goes away: its process is stopped");
  await server.stop();
  // A phone's system often knows that the network is gone; Ann's does, Ben's does not.
  await ann.setNetwork({ kind: "none" });
  for (const person of [ann, ben]) {
    await person.until("the app notices", () => !person.status.online);
  }
  terminal.say("Ann's phone tells her app. Ben's app finds out by itself.");
  await terminal.rest();
}

/** @param {Cast} cast */
async function annIsKilledWriting({ ann, terminal }) {
  terminal.chapter("Ann writes all the same. In the middle of it her process is killed");
  const before = ann.acknowledged.length;
  const finished = ann.write(FIRST_HALF).then(
    () => true,
    () => false, // Her process was killed, and the call never answered.
  );
  await ann.until("half is written", () => ann.acknowledged.length >= before + KILL_AFTER);
  await ann.kill();
  terminal.say(`SIGKILL. ${ann.acknowledged.length - before} messages were acknowledged.`);
  if (!(await finished)) {
    terminal.say(
      "The next one was being written, so it may be stored or not. Both are right:",
      "nobody was told that it is safe.",
    );
  }
  await terminal.rest();
}

/** @param {Cast} cast @param {string} conversation */
async function annStartsAgain({ ann, terminal }, conversation) {
  terminal.chapter("Ann starts her app again, still without a network");
  await ann.openApp();
  const shown = await ann.enter(conversation);
  const screen = (await ann.readScreen()).map(({ body }) => body);
  const missing = ann.acknowledged.filter((body, at) => screen[at] !== body);
  if (missing.length > 0) throw new Error(`Ann's screen lacks, or has elsewhere: ${missing}`);
  terminal.say(
    `Everything acknowledged is on her first screen, in order: ${ann.acknowledged.length} messages.`,
    shown > ann.acknowledged.length
      ? "So is the one that was being written."
      : "The one that was being written had not got there.",
  );
  await ann.setNetwork({ kind: "none" });
  await ann.write(SECOND_HALF);
  terminal.say(`She writes ${SECOND_HALF} more: ${ann.status.pending} wait in her outbox.`);
  await terminal.rest();
}

/** @param {Cast} cast */
async function serverComesBack({ ann, ben, server, terminal }) {
  terminal.chapter("The server is back, and loses its first answer after the commit");
  await server.start();
  await server.addFaults([
    { on: "push", kind: "dropAfterCommit", user: ann.user },
    { on: "push", kind: "delay", ms: SLOW_LINE_MS, times: null, user: ann.user },
  ]);
  // From here on only a hint can make Ben's app look: the next pull on its own account is
  // a quarter of an hour away.
  await server.until("Ben listens", ({ requests }) => requests.hints > 0);
  await ben.until("his app is at rest", () => ben.status.phase === "idle");
  terminal.say("Ben's app finds it by itself and listens.");
  const { effects: before } = await server.state();
  await ann.setNetwork({ kind: "wifi" });
  await server.until("a batch is stored", ({ effects }) => effects > before);
  const { effects } = await server.state();
  terminal.say(
    `Ann's app sends. The server stores ${effects - before}, and the answer never arrives.`,
  );
  await server.until("she has tried again", ({ requests }) => requests.push > 1);
  terminal.say(
    "Her app sends the same messages under the same ids.",
    server.forgetLedger
      ? "This server was sabotaged: it has no ledger, and applies them again."
      : "The server finds them in its ledger and answers: duplicate.",
  );
  // No rest: the next chapter begins while she is sending.
}

/** @param {Cast} cast */
async function annIsKilledSending({ ann, server, terminal }) {
  terminal.chapter("Ann's process is killed once more, in the middle of sending");
  const waiting = ann.status.pending;
  await server.addFaults([
    { on: "push", kind: "entry", outcome: "retry", afterMs: 300, user: ann.user },
  ]);
  await ann.until("a message has burnt an attempt", () => ann.status.attempts > 0);
  terminal.say("The server asks to send one message later: it alone burns an attempt.");
  await ann.until("half is sent and a batch on its way", () => {
    const { pending, phase } = ann.status;
    return phase === "pushing" && pending < waiting / 2;
  });
  const { pending } = ann.status;
  await ann.kill();
  terminal.say(`SIGKILL with ${pending} messages to go and a batch of them on its way.`);
  await terminal.rest();
}

/** @param {Cast} cast @param {string} conversation */
async function benReadsAndAnswers({ ann, ben, server, terminal }, conversation) {
  terminal.chapter("Ann opens her app for the third time; the rest goes out by itself");
  await ann.openApp();
  const written = await ann.enter(conversation);
  await ann.until("everything is sent", () => ann.status.pending === 0);
  await ben.until("he has everything", () => ben.shown === written);
  terminal.say(`Ben has all ${written} messages, each by a hint that said: pull now.`);
  await server.clearFaults();
  await ben.write(ANSWERS);
  await ann.until("she sees the answer", () => ann.shown === written + ANSWERS);
  await ben.until("all is sent", () => ben.status.pending === 0 && ben.status.phase === "idle");
  terminal.say("He answers. Ann sees it.");
  await terminal.rest();
}

module.exports = { tellStory };
