SELECT _revision, _delivery, "id", "conversationId", "senderId", "body", "sentAt" FROM messages
WHERE _deleted = 0 AND "conversationId" IS ? ORDER BY _position DESC LIMIT 51
