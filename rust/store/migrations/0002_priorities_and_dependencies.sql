-- Entries have a priority, may wait for others, may gather for a common batch, and may
-- belong to an atomic group. The table is made anew, so that the values stay its last
-- column: they may be long, and what lies behind them is slow to read.
PRAGMA user_version = 2;

CREATE TABLE mailboat_outbox_2 (
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
    halted INTEGER NOT NULL DEFAULT 0,          -- 1 for a dead letter, 2 for what one blocks
    reason_code TEXT,
    reason_message TEXT,
    priority INTEGER NOT NULL DEFAULT 1,        -- 0 low, 1 normal, 2 high
    send INTEGER NOT NULL DEFAULT 0,            -- 0 immediate, 1 batched, 2 scheduled
    gather_until INTEGER NOT NULL DEFAULT 0,    -- ms since the Unix epoch; 0 does not gather
    waits_for INTEGER NOT NULL DEFAULT 0,       -- how many entries of other lanes come first
    group_id BLOB,                              -- of an atomic group
    mutation TEXT NOT NULL                      -- JSON of the columns it sets
) STRICT;
INSERT INTO mailboat_outbox_2
    (sequence, id, collection, record_id, operation, lane, lane_policy, attempted, attempts,
     not_before, enqueued_at, halted, reason_code, reason_message, mutation)
SELECT sequence, id, collection, record_id, operation, lane, lane_policy, attempted, attempts,
       not_before, enqueued_at, dead, reason_code, reason_message, mutation
FROM mailboat_outbox;
DROP TABLE mailboat_outbox;
ALTER TABLE mailboat_outbox_2 RENAME TO mailboat_outbox;
CREATE INDEX mailboat_outbox_by_lane ON mailboat_outbox (lane, halted, sequence, priority);
CREATE INDEX mailboat_outbox_by_record ON mailboat_outbox (record_id, collection, sequence);
-- What lends its lane urgency; most entries are of normal priority and are not in it.
CREATE INDEX mailboat_outbox_urgent ON mailboat_outbox (lane, sequence) WHERE halted = 0 AND priority = 2;
CREATE INDEX mailboat_outbox_by_group ON mailboat_outbox (group_id) WHERE group_id IS NOT NULL;

-- Entries that come after entries of other lanes: a message after its attachments.
CREATE TABLE mailboat_dependencies (
    needed INTEGER NOT NULL,                    -- sequence of what comes first
    dependent INTEGER NOT NULL,                 -- sequence of what waits
    PRIMARY KEY (needed, dependent)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailboat_dependencies_by_dependent ON mailboat_dependencies (dependent);

CREATE TABLE mailboat_lanes_2 (
    lane TEXT PRIMARY KEY NOT NULL,
    head INTEGER NOT NULL,                      -- sequence of its first sendable entry
    priority INTEGER NOT NULL,                  -- the highest that waits in it
    sort_key INTEGER NOT NULL,                  -- smaller goes first
    not_before INTEGER NOT NULL,                -- until when the head waits or gathers
    gathers INTEGER NOT NULL DEFAULT 0,         -- 1 batched, 2 scheduled: the head waits only for company
    barrier INTEGER,                            -- sequence of the first entry that holds it
    held INTEGER NOT NULL DEFAULT 0             -- 1 while the head lies behind the barrier, or waits for an entry
) STRICT, WITHOUT ROWID;
INSERT INTO mailboat_lanes_2 (lane, head, priority, sort_key, not_before, barrier, held)
SELECT lane, head, 1, sort_key - 600000, not_before, barrier, held FROM mailboat_lanes;
DROP TABLE mailboat_lanes;
ALTER TABLE mailboat_lanes_2 RENAME TO mailboat_lanes;
CREATE INDEX mailboat_lanes_by_urgency ON mailboat_lanes (held, priority, sort_key, head, not_before);
CREATE INDEX mailboat_lanes_by_due ON mailboat_lanes (held, not_before) WHERE not_before > 0;
CREATE INDEX mailboat_lanes_gathering ON mailboat_lanes (held, gathers, sort_key) WHERE gathers > 0;
