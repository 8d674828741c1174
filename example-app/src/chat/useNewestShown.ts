// Whether a chat shows its newest message, and what has come in while it does not.

import { useCallback, useState } from "react";
import type { MessageRowData } from "./messageRows";

/** What {@link useNewestShown} answers. */
export interface NewestShown {
  readonly isAtNewest: boolean;
  /** Messages of others that have come since the list was scrolled up. */
  readonly newCount: number;
  /** For the list: called when the newest message comes into sight and when it leaves. */
  readonly onAtNewest: (isAtNewest: boolean) => void;
}

/** Follows where a list is. */
export function useNewestShown(rows: readonly MessageRowData[]): NewestShown {
  const newestId = rows.at(-1)?.message.id;
  /** The newest message when the list was scrolled up; `null` while it shows the newest. */
  const [leftAt, setLeftAt] = useState<string | null>(null);
  const onAtNewest = useCallback(
    (isAtNewest: boolean) => {
      setLeftAt((before) => (isAtNewest ? null : (before ?? newestId ?? null)));
    },
    [newestId],
  );
  if (leftAt === null) return { isAtNewest: true, newCount: 0, onAtNewest };
  const since = rows.findLastIndex(({ message }) => message.id === leftAt) + 1;
  const newCount = rows.slice(since).filter(({ isMine }) => !isMine).length;
  return { isAtNewest: false, newCount, onAtNewest };
}
