-- What every Mailboat file holds. The app's collections are tables of their own,
-- made from its schema (see tables.rs), not by migrations.
PRAGMA user_version = 1;

-- Small facts by name: the registered schema, the pull cursor, when it last ended well.
CREATE TABLE mailboat_state (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Local writes that the backend has not acknowledged, in the order of writing.
CREATE TABLE mailboat_outbox (
    sequence INTEGER PRIMARY KEY NOT NULL,
    id BLOB NOT NULL UNIQUE,                    -- UUIDv7, the idempotency key
    collection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    operation INTEGER NOT NULL,                 -- 0 create, 1 update, 2 delete
    lane TEXT NOT NULL,
    lane_policy INTEGER NOT NULL,               -- 0 hold, 1 skip
    attempted INTEGER NOT NULL DEFAULT 0,       -- 1 before the first byte leaves
    attempts INTEGER NOT NULL DEFAULT 0,        -- attempts that an answer burnt
    not_before INTEGER NOT NULL DEFAULT 0,      -- ms since the Unix epoch
    enqueued_at INTEGER NOT NULL,               -- ms since the Unix epoch
    dead INTEGER NOT NULL DEFAULT 0,            -- 1 for a dead letter
    reason_code TEXT,
    reason_message TEXT,
    mutation TEXT NOT NULL                      -- JSON of the columns it sets; last, since it may be long
) STRICT;
CREATE INDEX mailboat_outbox_by_lane ON mailboat_outbox (lane, dead, sequence);
CREATE INDEX mailboat_outbox_by_record ON mailboat_outbox (record_id, collection, sequence);

-- One row a lane that has something to send: picking what is due does not grow
-- with the queue.
CREATE TABLE mailboat_lanes (
    lane TEXT PRIMARY KEY NOT NULL,
    head INTEGER NOT NULL,                      -- sequence of its first sendable entry
    sort_key INTEGER NOT NULL,                  -- smaller goes first
    not_before INTEGER NOT NULL,                -- of the head
    barrier INTEGER,                            -- sequence of the first dead letter that holds it
    held INTEGER NOT NULL DEFAULT 0             -- 1 while the head lies behind the barrier
) STRICT, WITHOUT ROWID;
CREATE INDEX mailboat_lanes_by_urgency ON mailboat_lanes (held, sort_key, head, not_before);
CREATE INDEX mailboat_lanes_by_due ON mailboat_lanes (held, not_before) WHERE not_before > 0;

-- What happened to each entry: audit log and attempt history.
CREATE TABLE mailboat_transitions (
    sequence INTEGER PRIMARY KEY NOT NULL,
    entry BLOB NOT NULL,
    at INTEGER NOT NULL,                        -- ms since the Unix epoch
    kind TEXT NOT NULL,                         -- attempted, acked, retry, dead, retried, discarded
    attempts INTEGER NOT NULL,
    detail TEXT                                 -- the reason's code
) STRICT;
