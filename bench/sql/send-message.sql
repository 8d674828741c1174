INSERT INTO messages ("conversationId", "senderId", "body", "sentAt", _base, _version, _position, _revision, _delivery, _deleted, "id")
VALUES (?, ?, ?, ?, NULL, 0, ?, ?, 1, 0, ?)
