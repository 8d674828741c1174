UPDATE messages SET _delivery = 0, _version = ?, _position = ?, _revision = ? WHERE "id" = ?
