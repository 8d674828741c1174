DELETE FROM mailboat_outbox WHERE sequence = ?
