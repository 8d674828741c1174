INSERT INTO mailboat_outbox (id, collection, record_id, operation, mutation, lane, lane_policy, enqueued_at)
VALUES (?, 'messages', ?, 0, ?, ?, 1, ?)
