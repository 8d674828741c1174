// The messages that a chat shows. The package's `useMessages` shows at most as many as it was
// asked for, so that a new message drives the oldest one out. Somebody who has scrolled up
// there wants it to stay: this keeps a window that is longer than what is shown, and a fixed
// message from which on it is shown.

import { useCallback, useMemo, useRef, useState } from "react";
import {
  MAX_WINDOW_ROWS,
  useMailboat,
  useRows,
  type MailboatError,
  type Message,
} from "react-native-mailboat";

/** Messages shown at first and added by each step back. */
export const MESSAGE_PAGE = 50;

/** For how many more messages the window has room at least. */
const SLACK = MESSAGE_PAGE / 2;

/** The window that a chat begins with. The list of chats has the same, so they share one watch. */
export const FIRST_WINDOW_ROWS = MESSAGE_PAGE + SLACK;

/** What {@link useChatHistory} answers. */
export interface ChatHistory {
  /** Oldest first. Below the largest window, one that is shown stays. */
  readonly messages: readonly Message[];
  /** Whether `loadOlder` may find more, on this device or on the server. */
  readonly hasOlder: boolean;
  /** Whether the server is being asked. */
  readonly loadingOlder: boolean;
  /** Why messages may be out of date, or why older ones could not be fetched. */
  readonly error: MailboatError | null;
  /** Shows a page of older messages. Never rejects; calling again tries again. */
  readonly loadOlder: () => Promise<void>;
}

/** The newest messages of a conversation, growing backwards on request. */
export function useChatHistory(conversationId: string): ChatHistory {
  const [limit, setLimit] = useState(FIRST_WINDOW_ROWS);
  const where = { conversationId };
  const { error, more, rows } = useRows({ collection: "messages", where, take: "last", limit });
  const server = useOlderOfServer(conversationId);
  /** What was the oldest message of the first page; `null` when there was less than a page. */
  const [anchor] = useState(() => rows[rows.length - MESSAGE_PAGE]?.id ?? null);
  /** How many messages before that one are shown. */
  const [before, setBefore] = useState(0);

  const place = anchor === null ? 0 : rows.findIndex(({ id }) => id === anchor);
  const hidden = Math.max(place - before, 0);
  const needed = rows.length - hidden + SLACK;
  if (limit < needed && limit < MAX_WINDOW_ROWS) {
    setLimit(Math.min(limit + MESSAGE_PAGE, MAX_WINDOW_ROWS));
  }

  const messages = useMemo(() => (hidden === 0 ? rows : rows.slice(hidden)), [rows, hidden]);
  const isOnDevice = hidden > 0 || more;
  const { ask } = server;
  const loadOlder = useCallback(async () => {
    if (!isOnDevice && !(await ask())) return;
    setBefore((shown) => shown + MESSAGE_PAGE);
  }, [isOnDevice, ask]);
  return {
    messages,
    hasOlder: hidden > 0 || (rows.length < MAX_WINDOW_ROWS && (more || server.mayHaveMore)),
    loadingOlder: server.isAsked,
    error: error ?? server.error,
    loadOlder,
  };
}

interface OlderOfServer {
  /** True until the server has said that there is nothing older. */
  readonly mayHaveMore: boolean;
  readonly isAsked: boolean;
  readonly error: MailboatError | null;
  /** Answers whether a page has come. While one is asked for, nothing else is. */
  readonly ask: () => Promise<boolean>;
}

/** What the server has of a conversation before the messages of this device. */
function useOlderOfServer(conversationId: string): OlderOfServer {
  const mailboat = useMailboat();
  const isAsking = useRef(false);
  const [state, setState] = useState<Omit<OlderOfServer, "ask">>({
    mayHaveMore: true,
    isAsked: false,
    error: null,
  });
  const ask = useCallback(async () => {
    if (isAsking.current) return false;
    isAsking.current = true;
    setState((now) => ({ ...now, isAsked: true, error: null }));
    try {
      const { loaded, more } = await mailboat.loadOlder("messages", conversationId, MESSAGE_PAGE);
      setState({ mayHaveMore: more, isAsked: false, error: null });
      return loaded > 0;
    } catch (error) {
      setState((now) => ({ ...now, isAsked: false, error: error as MailboatError }));
      return false;
    } finally {
      isAsking.current = false;
    }
  }, [mailboat, conversationId]);
  return { ...state, ask };
}
