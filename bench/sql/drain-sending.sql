UPDATE messages SET _delivery = 2, _revision = ? WHERE "id" = ?
