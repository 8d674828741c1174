INSERT INTO messages ("conversationId", "senderId", "body", "sentAt", _base, _version, _position, _revision, _delivery, _deleted, "id")
VALUES (?, ?, ?, ?, NULL, ?, ?, ?, 0, 0, ?)
ON CONFLICT ("id") DO UPDATE SET "conversationId" = excluded."conversationId", "senderId" = excluded."senderId",
"body" = excluded."body", "sentAt" = excluded."sentAt", _version = excluded._version, _position = excluded._position,
_revision = excluded._revision WHERE excluded._version > _version
