// The English of the components. Each takes `texts`, with which an app says it in its own words.

import type { MailboatError } from "../error";
import type { ErrorCode, NetworkKind, Progress } from "../generated/waist";

/**
 * What the status icon is called for people who cannot see it.
 *
 * @example
 * ```tsx
 * <SyncStatusIcon texts={{ synced: "Alles gesendet", failed: (count) => `${count} abgelehnt` }} />
 * ```
 */
export interface SyncStatusIconTexts {
  /** Nothing is to do. */
  readonly synced: string;
  /** A push or a pull is under way; its progress where it is a long one. */
  readonly syncing: (progress: Progress | null) => string;
  /** The network is there, and something waits all the same. */
  readonly waiting: (pending: number) => string;
  /** The backend cannot be reached. */
  readonly offline: (pending: number) => string;
  /** So many writes were refused; 0 when syncing itself was. */
  readonly failed: (failed: number) => string;
}

/**
 * The words of the error banner.
 *
 * @example
 * ```tsx
 * <SyncErrorBanner texts={{ error: ({ code }) => t(`errors.${code}`), retry: t("retry") }} />
 * ```
 */
export interface SyncErrorBannerTexts {
  /** What is wrong. */
  readonly error: (error: MailboatError) => string;
  /** On the button that tries again. */
  readonly retry: string;
}

/**
 * The words of the connection status.
 *
 * @example
 * ```tsx
 * <ConnectionStatus texts={{ online: "Verbunden", offline: "Getrennt" }} />
 * ```
 */
export interface ConnectionStatusTexts {
  /** The backend is believed reachable. */
  readonly online: string;
  /** It is not. */
  readonly offline: string;
  /** What carries the network; nothing is shown where it is empty. */
  readonly network: (kind: NetworkKind) => string;
  /** What waits to be sent, when that is at least one. */
  readonly pending: (pending: number) => string;
}

/**
 * The words of the screen that waits for the first sync.
 *
 * @example
 * ```tsx
 * <InitialSyncScreen texts={{ running: (records) => `${records} Aufgaben geladen` }} />
 * ```
 */
export interface InitialSyncScreenTexts {
  /** Nothing comes yet. */
  readonly waiting: string;
  /** Records are coming: so many are here. */
  readonly running: (records: number) => string;
  /** The last request came to nothing. */
  readonly failed: string;
  /** Why. */
  readonly error: (error: MailboatError) => string;
  /** On the button, after a failure. */
  readonly retry: string;
  /** On the button, while it waits for a network that costs less. */
  readonly now: string;
}

const ERRORS: Readonly<Record<ErrorCode, string>> = {
  NETWORK: "The server could not answer. It is tried again by itself.",
  UNAUTHORIZED: "The server does not know who you are. Sign in again.",
  REJECTED: "The server refuses what this app asks for.",
  CONFLICT: "Somebody else has changed the same thing.",
  CORRUPT: "The data on this device is damaged.",
  DISK_FULL: "This device has no space left. Free some to go on.",
  QUOTA: "Your space on the server is used up.",
  LOCKED: "The data is in use by another app or window.",
  SUSPENDED: "The app was asleep. It goes on in a moment.",
  CLOSED: "The data is closed. Start the app again.",
  CANCELLED: "It was called off.",
  NEWER_VERSION: "The data is of a newer version. Update the app.",
  WRONG_KEY: "The data cannot be unlocked.",
  TOO_EXPENSIVE: "There is too much to show at once.",
  INVALID_ARGUMENT: "The app has asked for something that does not exist.",
  UNSUPPORTED: "This app cannot do that.",
  INTERNAL: "Something went wrong inside the app.",
};

const NETWORKS: Readonly<Record<NetworkKind, string>> = {
  unknown: "",
  none: "",
  wifi: "Wi-Fi",
  cellular: "cellular",
  ethernet: "Ethernet",
  other: "",
};

/**
 * What is wrong, in English words for the person who uses the app.
 *
 * @example
 * ```tsx
 * const { error } = useMessages(id);
 * return error === null ? null : <Text>{errorText(error)}</Text>;
 * ```
 */
export function errorText({ code }: MailboatError): string {
  return ERRORS[code];
}

export const iconTexts: SyncStatusIconTexts = {
  synced: "Everything is synced",
  syncing: (progress) => (progress === null ? "Syncing" : progressText(progress)),
  waiting: (pending) => (pending === 0 ? "Waiting to sync" : pendingText(pending)),
  offline: (pending) => (pending === 0 ? "Offline" : `Offline, ${pendingText(pending)}`),
  failed: (failed) => (failed === 0 ? "Syncing has stopped" : `${failed} could not be sent`),
};

export const errorBannerTexts: SyncErrorBannerTexts = { error: errorText, retry: "Try again" };

export const connectionTexts: ConnectionStatusTexts = {
  online: "Online",
  offline: "Offline",
  network: (kind) => NETWORKS[kind],
  pending: pendingText,
};

export const initialSyncTexts: InitialSyncScreenTexts = {
  waiting: "Waiting for a connection that suits",
  running: (records) => (records === 0 ? "Loading" : `Loading, ${records} so far`),
  failed: "Not everything you need is here yet",
  error: errorText,
  retry: "Try again",
  now: "Load now",
};

function pendingText(pending: number): string {
  return `${pending} to send`;
}

function progressText({ done, kind, total }: Progress): string {
  const what = kind === "push" ? "Sending" : "Fetching";
  return total === null ? `${what}, ${done} so far` : `${what} ${done} of ${total}`;
}
