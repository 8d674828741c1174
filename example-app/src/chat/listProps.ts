// What a list of messages takes, on devices and on the web.

import type { Ref } from "react";
import type { MailboatError } from "react-native-mailboat";
import type { MessageRowData } from "./messageRows";

/** What a screen can ask of the list. */
export interface MessageListHandle {
  scrollToNewest(): void;
}

/** Rows, what lies before them, and where the list has been scrolled to. */
export interface MessageListProps {
  readonly ref?: Ref<MessageListHandle>;
  /** Oldest first. */
  readonly rows: readonly MessageRowData[];
  /** Whether older ones may be had. */
  readonly hasOlder: boolean;
  /** Whether the server is being asked for them. */
  readonly loadingOlder: boolean;
  /** Why they could not be had. */
  readonly error: MailboatError | null;
  readonly loadOlder: () => Promise<void>;
  /** Called when the newest message comes into sight and when it leaves. */
  readonly onAtNewest: (isAtNewest: boolean) => void;
}

/** Messages shown at first and added by each step back. */
export const MESSAGE_PAGE = 50;

/** How near to the newest message a list still counts as being there, in points. */
export const AT_NEWEST_DISTANCE = 60;

/** How near to the oldest message a list asks for older ones, in points. */
export const LOAD_AHEAD_DISTANCE = 600;
