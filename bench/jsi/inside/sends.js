// A durable send, awaited one by one, and what of it is the way to the disk and back.
"use strict";

const { bodyOf } = require("../../lib/text");
const { timeOf, timeUntil } = require("./clock");
const floors = require("./floor");
const { createMessage, openMailboat, openWaist } = require("./mailboat");
const { messages, openOpSqlite, sendHere, settingsOf } = require("./opSqlite");
const { inTurns } = require("./turns");

const TURNS = { rounds: 6, calls: 40 };
const SENDS = TURNS.rounds * TURNS.calls;
const WAVES = { rounds: 3, calls: 2 };
const IN_FLIGHT = 50;

const conversationOf = (n) => `c${n % 20}`;

/** Each has a file of its own. */
async function run({ durability, files }) {
  const mailboat = await openMailboat(files.mailboat, durability);
  const waist = openWaist(files.waist, durability);
  const batch = openOpSqlite(files.executeBatch, durability);
  const here = openOpSqlite(files.executeSync, durability);
  const bare = floors.openFloor(files.bareCommit, durability);
  const commandsOf = messages(SENDS + WAVES.rounds * WAVES.calls * IN_FLIGHT);
  const send = (n) => mailboat.sendMessage(conversationOf(n), bodyOf(n));
  const sendBatch = (n) => batch.executeBatch(commandsOf(n, conversationOf(n)));

  const times = await inTurns(TURNS, {
    mailboat: (n) => timeUntil(() => send(n)),
    executeBatch: (n) => timeUntil(() => sendBatch(n)),
    bareCommit: (n) => timeUntil(() => floors.commit(bare, n, conversationOf(n))),
    waist: (n) => waistSend(waist, createMessage(conversationOf(n), bodyOf(n))),
    executeSync: (n) => timeOf(1, () => sendHere(here, commandsOf(n, conversationOf(n)))),
  });
  const inFlight = await inTurns(WAVES, {
    mailboatInFlight: (wave) => timeInFlight(wave, send),
    executeBatchInFlight: (wave) => timeInFlight(wave, sendBatch),
  });

  sameNumber(mailboat.status.getSnapshot().pending, storedBy(batch));
  await mailboat.close();
  await waist.close();
  for (const database of [batch, here, bare]) database.close();
  return { ...times, ...inFlight };
}

/** A wave of sends that nobody awaits one by one; of one of them. */
async function timeInFlight(wave, send) {
  const first = SENDS + wave * IN_FLIGHT;
  const time = await timeUntil(() =>
    Promise.all(Array.from({ length: IN_FLIGHT }, (_, n) => send(first + n))),
  );
  return time / IN_FLIGHT;
}

function storedBy(opSqlite) {
  return opSqlite.executeSync("SELECT count(*) AS n FROM mailboat_outbox").rows[0].n;
}

function sameNumber(mailboat, opSqlite) {
  if (mailboat !== opSqlite) throw new Error(`Mailboat stored ${mailboat}, op-sqlite ${opSqlite}`);
}

/** The module alone, text in and text out; what it has to tell is drained, but not timed. */
async function waistSend(waist, command) {
  const time = await timeUntil(() => waist.execute(command));
  waist.drain();
  return time;
}

/** That nobody has it easier with the disk. */
function sameSettings({ durability, file }) {
  const [bare, peer] = [floors.openFloor(file, durability), openOpSqlite(file, durability)];
  const [expected, found] = [floors.settingsOf(bare), settingsOf(peer)];
  bare.close();
  peer.close();
  if (expected !== found) throw new Error(`not the same settings:\n${expected}\n${found}`);
  return expected;
}

module.exports = { run, sameSettings };
