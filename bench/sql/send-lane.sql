INSERT INTO mailboat_lanes (lane, head, sort_key, not_before) VALUES (?, ?, ?, 0)
ON CONFLICT (lane) DO NOTHING
