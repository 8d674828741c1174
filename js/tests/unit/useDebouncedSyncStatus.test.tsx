// The status on the screen, second by second: the clock is the test's.

import { act, render } from "@testing-library/react-native";
import { type ReactElement } from "react";
import {
  createMailboat,
  MailboatProvider,
  STATUS_DEBOUNCE_MS,
  useDebouncedSyncStatus,
  type SyncStatus,
} from "../../src";
import { ScriptedHost, statusEvent } from "./scriptedHost";

let host: ScriptedHost;
let shown: { readonly online: boolean[]; readonly pending: number[] };

beforeEach(() => {
  jest.useFakeTimers();
  host = new ScriptedHost();
  host.queue(statusEvent({}));
  shown = { online: [], pending: [] };
});

afterEach(() => {
  jest.useRealTimers();
});

function Online(): ReactElement | null {
  shown.online.push(useDebouncedSyncStatus(({ online }) => online));
  return null;
}

/** Selects with a new function each time, as components do that select in place. */
function Pending(): ReactElement | null {
  const { pending } = useDebouncedSyncStatus((status) => ({ pending: status.pending }));
  shown.pending.push(pending);
  return null;
}

function show(): { readonly unmount: () => void } {
  const mailboat = createMailboat({ path: "/scripted.db", host });
  return render(
    <MailboatProvider mailboat={mailboat}>
      <Online />
      <Pending />
    </MailboatProvider>,
  );
}

function says(differs: Partial<SyncStatus>): void {
  act(() => {
    host.wake(statusEvent({ ...differs, error: null }));
  });
}

function after(ms: number): void {
  act(() => {
    jest.advanceTimersByTime(ms);
  });
}

describe("useDebouncedSyncStatus", () => {
  it("shows a change at once, and the next one when the second is over", () => {
    show();
    says({ pending: 1 });
    expect(shown.pending).toEqual([0, 1]);
    says({ pending: 2 });
    says({ pending: 3 });
    after(STATUS_DEBOUNCE_MS - 1);
    expect(shown.pending).toEqual([0, 1]);
    after(1);
    expect(shown.pending).toEqual([0, 1, 3]);
  });

  it("changes all that shows the status at the same moment", () => {
    show();
    says({ pending: 1 });
    says({ pending: 1, online: false });
    expect(shown.online).toEqual([true]);
    says({ pending: 2, online: false });
    after(STATUS_DEBOUNCE_MS);
    expect(shown).toEqual({ online: [true, false], pending: [0, 1, 2] });
  });

  it("in a network that comes and goes changes once a second at most", () => {
    show();
    const seconds = 5;
    for (let at = 0; at < seconds * 10; at += 1) {
      says({ online: at % 3 === 0, pending: at });
      after(STATUS_DEBOUNCE_MS / 10);
    }
    const changes = shown.pending.length - 1;
    expect(changes).toBeGreaterThan(1);
    expect(changes).toBeLessThanOrEqual(seconds + 1);
  });

  it("renders a component only when its own part has changed", () => {
    show();
    says({ bytes: 1 });
    after(STATUS_DEBOUNCE_MS);
    says({ bytes: 2 });
    expect(shown).toEqual({ online: [true], pending: [0] });
  });

  it("leaves no timer behind when the screen goes", () => {
    const { unmount } = show();
    says({ pending: 1 });
    expect(jest.getTimerCount()).toBe(1);
    unmount();
    expect(jest.getTimerCount()).toBe(0);
  });
});
