// The SQL that is the same for everyone, and the pragmas that are.
"use strict";

const STATEMENTS = {
  entry: require("../../sql/send-entry.sql"),
  lane: require("../../sql/send-lane.sql"),
  message: require("../../sql/send-message.sql"),
  window: require("../../sql/last-50.sql"),
};

/** The pragmas of the engine's connections. @param {"normal" | "full"} durability */
function pragmas(durability) {
  return `PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 250;
${require("../../sql/pragmas.sql")}
PRAGMA synchronous = ${durability};`;
}

/** What has to be equal on every connection that takes part. */
const COMPARED = [
  ...["journal_mode", "synchronous", "page_size", "foreign_keys", "busy_timeout"],
  ...["wal_autocheckpoint", "journal_size_limit", "temp_store", "cache_size", "mmap_size"],
];

/** What a connection says of itself, in one line. @param {(pragma: string) => unknown} ask */
function settings(ask) {
  return COMPARED.map((name) => `${name}=${String(ask(name))}`).join(" ");
}

module.exports = { STATEMENTS, pragmas, settings };
