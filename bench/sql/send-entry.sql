INSERT INTO mailboat_outbox (id, collection, record_id, operation, mutation, lane, lane_policy, enqueued_at,
  halted, priority, send, gather_until)
VALUES (?, 'messages', ?, 0, ?, ?, 1, ?, 0, 1, 0, 0)
