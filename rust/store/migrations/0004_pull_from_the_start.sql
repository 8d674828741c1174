-- What a pull from the start needs to find the records that were deleted meanwhile. Both
-- tables are empty but for such a pull.
PRAGMA user_version = 4;

-- Records that the pull, or an answer during it, has shown to be on the server.
CREATE TABLE mailboat_seen (
    record_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    PRIMARY KEY (record_id, collection)
) STRICT, WITHOUT ROWID;

-- Lanes of those records: a snapshot holds only the newest of a lane, from here on.
CREATE TABLE mailboat_seen_lanes (
    lane TEXT NOT NULL,
    collection TEXT NOT NULL,
    oldest INTEGER NOT NULL,                    -- position; the highest number: none by the snapshot
    PRIMARY KEY (lane, collection)
) STRICT, WITHOUT ROWID;
