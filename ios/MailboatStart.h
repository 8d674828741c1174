#pragma once

/// The parts of Mailboat that know iOS. They tell the engine what the phone says
/// (cpp/MailboatPlatform.h) and keep nothing: the engine weighs it.

namespace mailboat {

/// Starts the parts below that the engine wants before its first database is open. Only the
/// first call does anything. On any thread.
void startPlatform();

/// Makes the folder of the databases and names it to the engine.
void chooseDatabaseFolder();

/// Tells the engine of the network, from now on.
void watchNetwork();

/// Tells the engine whether the app is in front and what the phone lives on, from now on.
void watchDevice();

/// Lets iOS wake the app for a sync, if the app's Info.plist permits the task. Only before the
/// app has finished launching: iOS ends an app that comes later.
void registerBackgroundTask();

} // namespace mailboat
