// A device for the tests of the shim: a folder for its files, and JavaScript runtimes with
// the native module, on the engine that this build has.
#pragma once

#include "MailboatModule.h"
#include "TemporaryFolder.h"
#include "console/Console.h"

#include <memory>
#include <string>

namespace mailboat::tests {

class Device {
 public:
  /// The path of its database file.
  std::string file() const { return folder_.file("notes"); }

 private:
  TemporaryFolder folder_;
};

/// One JavaScript runtime of a device; the test's thread is its JavaScript thread.
///
/// The module is a global of it, and not one that React Native's binding has handed out:
/// the binding leaves a JSI value in the module's base class, and here modules outlive
/// their runtimes on purpose.
class Runtime {
 public:
  /// `file` is what `open()` in the test's JavaScript opens.
  explicit Runtime(std::string file);

  /// Runs JavaScript until it calls `done(value)` and answers that value as text. Fails the
  /// test when it throws, or is not done within a minute.
  ///
  /// It finds `mailboat` (the native module) and the functions of prelude.js.
  std::string run(const std::string& javaScript);

  /// Runs JavaScript that is not waited for.
  void begin(const std::string& javaScript);

  /// Ends the runtime; the module may live on in other hands.
  void end();

  /// The native module, as platforms own it.
  std::shared_ptr<MailboatModule> module() const { return *module_; }
  /// Lets go of what the test holds of the module.
  void releaseModule() { module_->reset(); }
  std::weak_ptr<MailboatModule> weakModule() const { return *module_; }

 private:
  std::shared_ptr<std::shared_ptr<MailboatModule>> module_;
  std::shared_ptr<std::string> result_;
  std::unique_ptr<console::Console> console_;
};

} // namespace mailboat::tests
