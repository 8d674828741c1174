-- The dev server's tables. `docs/rest-contract.md` says what they mean to a client.

CREATE TABLE IF NOT EXISTS meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for every change that was applied, and the source of all sequence numbers.
-- Not unique by entry: a repeated effect must be visible when the ledger is forgotten.
CREATE TABLE IF NOT EXISTS effects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    collection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    user TEXT NOT NULL,
    lane TEXT NOT NULL,
    applied_at_ms INTEGER NOT NULL
) STRICT;

-- What makes a second attempt a duplicate. Effects only: a refusal leaves no trace.
CREATE TABLE IF NOT EXISTS ledger (
    entry_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    user TEXT NOT NULL,
    collection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    applied_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A deleted record keeps its row, so that its id is never used again.
-- `placed_at` is the contract's `order`. `audience` is the group whose members see
-- the record; NULL: its author alone. `history` marks a record in a group's lane.
-- `written_at` is the stamp of its last entry, if that had one.
CREATE TABLE IF NOT EXISTS records (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    placed_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    lane TEXT NOT NULL,
    audience TEXT,
    history INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    written_at TEXT,
    PRIMARY KEY (collection, id)
) STRICT;
CREATE INDEX IF NOT EXISTS records_by_version ON records (version);
CREATE INDEX IF NOT EXISTS records_by_lane ON records (lane, collection, placed_at);

-- A deleted group keeps its row and loses its members: nobody writes into its lane again.
CREATE TABLE IF NOT EXISTS groups (
    id TEXT PRIMARY KEY,
    collection TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS members (
    group_id TEXT NOT NULL,
    user TEXT NOT NULL,
    PRIMARY KEY (group_id, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_by_user ON members (user, group_id);

-- One row for each user who could see a record when it went.
CREATE TABLE IF NOT EXISTS tombstones (
    user TEXT NOT NULL,
    version INTEGER NOT NULL,
    collection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    buried_at_ms INTEGER NOT NULL,
    PRIMARY KEY (user, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY,
    user TEXT NOT NULL
) STRICT, WITHOUT ROWID;
