SELECT sequence, id, record_id, mutation, lane FROM mailboat_outbox
WHERE halted = 0 AND attempted = 0 ORDER BY sequence LIMIT 100
