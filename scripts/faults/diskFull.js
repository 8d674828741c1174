// A full disk, on a small file system of its own. A write is either stored whole, and was
// acknowledged, or refused, and nothing of it is there; commands beside it are not harmed.

// @ts-check

const { CONVERSATION, SECRET, failureOf, openApp, readAll } = require("./app");
const { withServer } = require("./backend");

/** @typedef {import("./faults").Fault} Fault */
/** @typedef {import("./faults").Scene} Scene */

const KIB = 1024;
const PAGE_BYTES = 4 * KIB;
const DISK_BYTES = 16 * 1024 * KIB;
/** Too little for the large note below with its outbox entry, plenty for the messages beside it. */
const FREE_FOR_SMALL_BYTES = 1024 * KIB;
const LARGE_NOTE = SECRET.padEnd(1024 * KIB, ".");
/** Too little for what is sent at once into it. */
const FREE_FOR_SOME_BYTES = 2 * 1024 * KIB;
const SENT_AT_ONCE = 1_500;
const BODY_BYTES = 2 * KIB;
/** Time enough to fill the disk before the answer comes, in milliseconds. */
const SLOW_ANSWER_MS = 400;
/** Delays that the run does not notice: storing the answer fails many times in a row. */
const QUICK = {
  baseMs: 50,
  maxDelayMs: 200,
  breakerOpenMs: 200,
  breakerMaxOpenMs: 200,
  retryFloorMs: 50,
};

/** @type {Fault} */
const diskFull = {
  name: "disk-full-while-sending",
  code: "DISK_FULL",
  mounts: true,
  prepare(place, template) {
    place.mountSmallDisk(DISK_BYTES);
    place.furnish(template);
  },
  async provoke(scene) {
    const mailboat = await openApp(scene.place);
    const large = await writeLargeAmongSmall(scene, mailboat);
    const refused = await fillUp(scene, mailboat);
    scene.place.freeAll();
    // No waiting, no reopening: there is space, so it is stored.
    await writeAll(scene, mailboat, ["after space was freed"]);
    await mailboat.close();
    await checkReopened(scene);
    throw refused[0] ?? large;
  },
};

/** One write that does not fit, in the middle of a group of writes and reads that do. */
async function writeLargeAmongSmall(/** @type {Scene} */ scene, /** @type {any} */ mailboat) {
  scene.place.leaveFree(FREE_FOR_SMALL_BYTES);
  const before = writeAll(scene, mailboat, bodies("before the large one", 5));
  const large = mailboat.create("notes", { text: LARGE_NOTE }).then(
    () => new Error("A note of 1 MiB was stored where it cannot fit."),
    (/** @type {Error} */ error) => error,
  );
  const reading = mailboat.query({ collection: "messages", limit: 500 });
  const after = writeAll(scene, mailboat, bodies("after the large one", 5));
  const refused = [...(await before), ...(await after)];
  if (refused.length > 0) throw refused[0];
  if ((await reading).rows.length === 0) throw new Error("A read beside it found nothing.");
  return large;
}

/** More writes at once than fit; answers the errors of those that were refused. */
async function fillUp(/** @type {Scene} */ scene, /** @type {any} */ mailboat) {
  scene.place.leaveFree(FREE_FOR_SOME_BYTES);
  const stored = scene.written.length;
  const refused = await writeAll(scene, mailboat, bodies("filling up", SENT_AT_ONCE));
  if (scene.written.length === stored)
    throw new Error("Nothing was stored before the disk was full.");
  if (refused.length === 0) throw new Error("The disk was not full.");
  const other = refused.find((error) => error.code !== "DISK_FULL" || !error.retryable);
  if (other !== undefined) throw other;
  readAll(mailboat);
  return refused;
}

/**
 * Sends everything at once. Notes the ids of what was acknowledged; answers the errors.
 *
 * @param {Scene} scene
 * @param {any} mailboat
 * @param {string[]} texts
 * @returns {Promise<any[]>}
 */
async function writeAll(scene, mailboat, texts) {
  const sending = texts.map((text) => mailboat.sendMessage(CONVERSATION, text));
  const settled = await Promise.allSettled(sending);
  const refused = [];
  for (const result of settled) {
    if (result.status === "fulfilled") scene.written.push(result.value.id);
    else refused.push(result.reason);
  }
  return refused;
}

/** Everything that was acknowledged is there after opening again. */
async function checkReopened(/** @type {Scene} */ scene) {
  const mailboat = await openApp(scene.place);
  const missing = scene.written.filter((id) => mailboat.record("messages", id) === null);
  await mailboat.close();
  if (missing.length > 0) throw new Error(`${missing.length} acknowledged messages are missing.`);
}

/** @param {string} what @param {number} count */
function bodies(what, count) {
  return Array.from({ length: count }, (_, at) =>
    `${SECRET} ${what} ${at} `.padEnd(BODY_BYTES, "."),
  );
}

/** @type {Fault} */
const diskFullWhileSyncing = {
  name: "disk-full-while-syncing",
  code: "DISK_FULL",
  mounts: true,
  stored: "records",
  prepare(place, template) {
    place.mountSmallDisk(DISK_BYTES);
    place.furnish(template);
  },
  /** The disk is full when the server's answer arrives: what it says cannot be stored. */
  provoke: ({ place }) =>
    withServer(place, async (server, backend) => {
      await server.addFaults([{ on: "push", kind: "delay", ms: SLOW_ANSWER_MS }]);
      const mailboat = await openApp(place, { backend, policy: QUICK });
      const { pending } = mailboat.status.getSnapshot();
      await server.until("a batch is on its way", ({ requests }) => requests.push === 1);
      place.leaveFree(0);
      const { error } = await statusOf(mailboat, (status) => status.error !== null);
      place.freeAll();
      await statusOf(mailboat, (status) => status.pending === 0);
      await mailboat.close();
      const { effects, repeatedEffects } = await server.state();
      if (effects !== pending || repeatedEffects !== 0) {
        throw new Error(`${pending} writes had ${effects} effects, ${repeatedEffects} repeated.`);
      }
      throw error;
    }),
};

/**
 * The first status of an engine that is so.
 *
 * @param {any} mailboat
 * @param {(status: any) => boolean} holds
 * @returns {Promise<any>}
 */
function statusOf(mailboat, holds) {
  return new Promise((resolve) => {
    const look = () => {
      const status = mailboat.status.getSnapshot();
      if (!holds(status)) return;
      stop();
      resolve(status);
    };
    const stop = mailboat.status.subscribe(look);
    look();
  });
}

/** @type {Fault} */
const diskFullWhileMaking = {
  name: "disk-full-while-making-a-database",
  code: "DISK_FULL",
  mounts: true,
  prepare(place, template) {
    place.mountSmallDisk(DISK_BYTES);
    place.furnish(template);
  },
  /** Lets the disk be full at every step of making a file, until it can be made. */
  async provoke({ place }) {
    const errors = [];
    for (let pages = 0; ; pages += 1) {
      const path = place.file(`new-${pages}.db`);
      place.leaveFree(pages * PAGE_BYTES);
      const error = await failureOf(() => makeAndUse(place, path));
      if (error === null) break;
      if (error.code !== "DISK_FULL") throw error;
      errors.push(error);
      place.freeAll();
      // What a full disk left behind must not be in the way of a second try.
      await makeAndUse(place, path);
    }
    throw errors[0];
  },
};

/** @param {import("./place").Place} place @param {string} path */
async function makeAndUse(place, path) {
  const mailboat = await openApp(place, { path });
  const failure = await failureOf(() => mailboat.sendMessage(CONVERSATION, SECRET));
  await mailboat.close();
  if (failure !== null) throw failure;
}

module.exports = { faults: [diskFull, diskFullWhileSyncing, diskFullWhileMaking] };
