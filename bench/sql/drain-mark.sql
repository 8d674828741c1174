UPDATE mailboat_outbox SET attempted = 1 WHERE sequence = ?
