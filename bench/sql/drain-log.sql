INSERT INTO mailboat_transitions (entry, at, kind, attempts, detail) VALUES (?, ?, ?, 0, NULL)
