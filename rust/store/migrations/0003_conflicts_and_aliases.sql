-- What is needed when two versions of a record meet, and when two records are one.
PRAGMA user_version = 3;

-- The version of the record that an attempted entry was sent with, where the server is to
-- check it: the same on every attempt.
ALTER TABLE mailboat_outbox ADD COLUMN base_version INTEGER;
-- When the write was made, by the hybrid logical clock; of lastWriteWins only.
ALTER TABLE mailboat_outbox ADD COLUMN written_at TEXT;

-- Records whose server version has moved under local writes, and what that means is not
-- decided: an answer is still out, or JavaScript is asked.
CREATE TABLE mailboat_disputes (
    record_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    base TEXT,                                  -- JSON of what the writes were made on; null: deleted; NULL: nothing
    until INTEGER NOT NULL,                     -- later writes saw the server's version, and are in no conflict
    remote_written_at TEXT,
    asks INTEGER NOT NULL DEFAULT 0,            -- 1 while JavaScript decides
    PRIMARY KEY (record_id, collection)
) STRICT, WITHOUT ROWID;

-- What lost, newest last; bounded.
CREATE TABLE mailboat_conflicts (
    sequence INTEGER PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,                        -- ms since the Unix epoch
    collection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    rule TEXT NOT NULL,                         -- a conflict rule, remoteDelete or naturalKey
    lost INTEGER NOT NULL,                      -- 0 local, 1 server
    operation INTEGER,                          -- of a local write that lost
    entry BLOB,                                 -- of a local write that lost
    version INTEGER NOT NULL,                   -- the server's
    columns TEXT NOT NULL                       -- JSON of what was lost
) STRICT;

-- Ids that records had here before they turned out to be records of the server's.
CREATE TABLE mailboat_aliases (
    sequence INTEGER PRIMARY KEY NOT NULL,
    collection TEXT NOT NULL,
    old_id TEXT NOT NULL,
    new_id TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX mailboat_aliases_by_old_id ON mailboat_aliases (old_id, collection);
CREATE INDEX mailboat_aliases_by_new_id ON mailboat_aliases (new_id, collection);

-- Deletions of late, so that a page of history on its way brings no record back.
CREATE TABLE mailboat_tombstones (
    record_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,                        -- ms since the Unix epoch
    PRIMARY KEY (record_id, collection)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailboat_tombstones_by_age ON mailboat_tombstones (at);
