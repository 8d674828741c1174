import { MailboatError } from "../../src";
import { syncStateOf, type SyncState } from "../../src/components";
import type { ErrorCode } from "../../src/generated/waist";
import { UNKNOWN_STATUS, type SyncStatus } from "../../src/status";

function errorOf(code: ErrorCode, retryable: boolean): MailboatError {
  return new MailboatError({ code, message: "It is so.", retryable });
}

const unreachable = errorOf("NETWORK", true);
const refused = errorOf("REJECTED", false);

it.each<[SyncState, string, Partial<SyncStatus>]>([
  ["synced", "nothing is to do", {}],
  ["syncing", "entries are on their way", { phase: "pushing", pending: 2 }],
  ["syncing", "records come", { phase: "pulling" }],
  ["waiting", "an attempt is armed for later", { phase: "waiting", pending: 1 }],
  ["waiting", "something waits for company", { phase: "idle", pending: 1 }],
  ["syncing", "a token is asked for", { phase: "paused" }],
  ["waiting", "the server could not answer", { phase: "waiting", error: unreachable }],
  ["offline", "there is no network", { phase: "offline", online: false, pending: 1 }],
  ["offline", "a probe is sent without one", { phase: "pushing", online: false }],
  ["failed", "an entry was refused", { failed: 1 }],
  ["failed", "one was, and there is no network", { failed: 1, online: false }],
  ["failed", "the server refuses all that is asked", { error: refused, phase: "waiting" }],
])("is %s when %s", (state, _when, differs) => {
  expect(syncStateOf({ ...UNKNOWN_STATUS, online: true, ...differs })).toBe(state);
});
