// Everything an app imports from "react-native-mailboat".

export { createMailboat, type MessagingConfig, type SchemaConfig } from "./createMailboat";
export type { MailboatConfig, RestBackend } from "./config";
export { Mailboat, type WindowRows } from "./mailboat";
export { MailboatError } from "./error";
export {
  DIAGNOSTIC_CODES,
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticData,
  type DiagnosticLevel,
  type DiagnosticOf,
  type OnDiagnostic,
} from "./diagnostics/diagnostic";
export type { OpenState } from "./session";
export type { SyncStatus } from "./status";
export { Outbox, OUTBOX_PAGE } from "./outbox";
export { policies } from "./policies";
export type { Critical, LongOffline, MailboatEvents } from "./events";
export type { BatchOptions, BatchResult, BatchWriteOf, CreateOptions, WriteOptions } from "./write";
export type { Delivery, Row } from "./row";
export type { Collections, CollectionsOf, RowOf, SchemaShape } from "./schema";
export { messagingSchema } from "./generated/messagingSchema";
export type {
  Conversation,
  ConversationColumns,
  Message,
  MessageColumns,
  MessagingCollections,
} from "./messaging";
export {
  BackendError,
  type Conflict,
  type GetToken,
  type JavaScriptBackend,
  type OlderRequest,
  type Resolution,
  type ResolveConflict,
} from "./engine/questions";
export type { ExternalStore } from "./engine/cell";
export type { Host } from "./engine/host";
export { LiveWindow } from "./live/liveWindow";
export { History, type HistorySnapshot } from "./live/history";
export { LiveOutbox, MAX_OUTBOX_ENTRIES, type OutboxSnapshot } from "./live/liveOutbox";
export { RELEASE_DELAY_MS, type WindowSnapshot } from "./live/sharedWindow";
export { MAX_WINDOW_ROWS, type WindowOf } from "./live/window";
export { ManualNetworkSource, type NetworkSource } from "./network/networkSource";
export {
  expoNetworkSource,
  netInfoSource,
  type ExpoNetworkLibrary,
  type ExpoNetworkState,
  type NetInfoLibrary,
  type NetInfoLibraryState,
} from "./network/librarySources";
export { MailboatProvider, type MailboatProviderProps } from "./hooks/MailboatProvider";
export { useConversations, type ConversationsView } from "./hooks/useConversations";
export { STATUS_DEBOUNCE_MS, useDebouncedSyncStatus } from "./hooks/useDebouncedSyncStatus";
export { useInitialSync, type InitialSyncView } from "./hooks/useInitialSync";
export { useMailboat } from "./hooks/useMailboat";
export { useMessages, type MessagesView } from "./hooks/useMessages";
export { useNetworkStatus } from "./hooks/useNetworkStatus";
export { useOutbox, type OutboxView } from "./hooks/useOutbox";
export { useRecord, type RecordView } from "./hooks/useRecord";
export { useRows } from "./hooks/useRows";
export type { SyncStatusView } from "./hooks/statusView";
export { useSyncStatus } from "./hooks/useSyncStatus";
export type {
  AppState,
  BackgroundConfig,
  BatchMode,
  Change,
  Collection,
  Column,
  ColumnType,
  Conflict as LoggedConflict,
  ConflictPage,
  ConflictRule,
  Counters,
  CriticalKind,
  Durability,
  ErrorCode,
  InitialSync,
  InitialSyncState,
  InitialSyncStatus,
  KeyColumn,
  LanePolicy,
  LoadedOlder,
  Loser,
  Network,
  NetworkKind,
  NetworkNeed,
  NetworkStatus,
  OlderPage,
  OnRemoteDelete,
  Operation,
  OutboxEntry,
  OutboxPage,
  Phase,
  Policy,
  Power,
  Priority,
  Progress,
  ProgressKind,
  PullPage,
  PushEntry,
  PushOutcome,
  Quality,
  Reason,
  Schema,
  SendMode,
  Stability,
  SyncEnd,
  SyncReport,
  Take,
  Tombstone,
  Why,
  WhyState,
  WriteMode,
  Written,
} from "./generated/waist";
