// The newest messages of all conversations: what orders the list of chats, and what
// receipts are written for. Equal windows share one watch.

/** How many of the newest messages are looked at. */
const RECENT_MESSAGES = 200;

/** The window of them. */
export const recentMessages = {
  collection: "messages",
  take: "last",
  limit: RECENT_MESSAGES,
} as const;
