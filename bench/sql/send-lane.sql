INSERT INTO mailboat_lanes (lane, head, priority, sort_key, not_before, gathers) VALUES (?, ?, 1, ?, 0, 0)
ON CONFLICT (lane) DO UPDATE SET
  priority = max(priority, excluded.priority), sort_key = min(sort_key, excluded.sort_key)
WHERE barrier IS NULL AND (excluded.priority > priority OR excluded.sort_key < sort_key)
