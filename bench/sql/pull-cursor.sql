INSERT INTO mailboat_state (name, value) VALUES ('pull_cursor', ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
