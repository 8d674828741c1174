#pragma once

/// What the platform around the app tells Mailboat, and what it may ask without JavaScript.
/// Plain C: Kotlin comes here through JNI (android/), Objective-C++ directly (ios/). Rust
/// holds the other side (rust/bridge/src/platform.rs, background.rs). Every function may be
/// called on any thread, before the first database is open and after the last is closed;
/// none throws, and no panic of Rust leaves it.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What carries the network. The numbers are fixed: Kotlin writes them too.
typedef enum MailboatNetworkKind {
  MailboatNetworkUnknown = 0,
  MailboatNetworkNone = 1,
  MailboatNetworkWifi = 2,
  MailboatNetworkCellular = 3,
  MailboatNetworkEthernet = 4,
  MailboatNetworkOther = 5,
} MailboatNetworkKind;

/// What a platform may leave unsaid.
typedef enum MailboatAnswer {
  MailboatUnsaid = -1,
  MailboatNo = 0,
  MailboatYes = 1,
} MailboatAnswer;

typedef enum MailboatAppState {
  MailboatForeground = 0,
  MailboatBackground = 1,
} MailboatAppState;

typedef enum MailboatPower {
  MailboatPowerUnknown = 0,
  MailboatPowerCharging = 1,
  MailboatPowerBattery = 2,
  MailboatPowerLow = 3,
} MailboatPower;

/// Why a sync without JavaScript ended.
typedef enum MailboatSyncEnd {
  /// Nothing is left that may go now.
  MailboatSyncDone = 0,
  /// The budget is spent; what is left goes next time.
  MailboatSyncBudget = 1,
  /// What is left waits for a network, for a better one, or for its next attempt.
  MailboatSyncWaiting = 2,
  /// The server wants a token that only the app can get.
  MailboatSyncUnauthorized = 3,
  /// The file was never opened with `background`, or its backend is written in JavaScript.
  MailboatSyncNotEnabled = 4,
  /// The file cannot be opened now: missing, damaged, of a newer version, or open elsewhere.
  MailboatSyncFailed = 5,
  /// mailboat_stop_sync was called, or the app has closed the file meanwhile.
  MailboatSyncStopped = 6,
} MailboatSyncEnd;

/// What a sync without JavaScript did.
typedef struct MailboatSyncReport {
  /// Entries that the server has acknowledged.
  uint32_t sent;
  /// Changes that were pulled and stored.
  uint32_t received;
  /// Entries that still wait.
  uint32_t left;
} MailboatSyncReport;

/// The folder that a relative `path` of a config lies in: one that no backup of the platform
/// copies, since a phone restored from a backup must not send its outbox again. Null or empty
/// is ignored. Without a call, relative paths go by the working directory.
void mailboat_set_database_folder(const char* folder);

/// The platform's word on the network: a hint. Goes to every open engine, and to those that
/// open later; an app that has a network source of its own is not overruled.
void mailboat_set_network(int32_t kind, int32_t metered, int32_t validated);

/// Whether the app is in front.
void mailboat_set_app_state(int32_t state);

/// What the device lives on.
void mailboat_set_power(int32_t power);

/// Pushes and pulls what may go now, without JavaScript, and returns before `budgetMs`
/// milliseconds are over, whatever the network does. What it achieved is in the file. An
/// engine that is open in this process does the work itself and stays open.
///
/// `path` names the file, absolute or relative to the folder; null means each file of the
/// folder that was opened with `background`, one after another, in one budget. `report` may
/// be null. Blocks: never call it on the main thread.
///
/// Answers a MailboatSyncEnd: of several files the one that asks for most attention.
int32_t mailboat_sync_once(const char* path, uint32_t budgetMs, MailboatSyncReport* report);

/// Makes a running or waiting mailboat_sync_once return soon, with MailboatSyncStopped.
void mailboat_stop_sync(void);

#ifdef __cplusplus
}
#endif
