// A host for JavaScript without a screen: one runtime, one thread, one queue of
// tasks, React Native's modules. The executable runs a bundle in it; tests and
// benchmarks make as many as they like, and destroy them at any moment.
#pragma once

#include "JavaScriptEngine.h"
#include "TaskQueue.h"
#include "Timers.h"
#include "modules/ModuleRegistry.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mailboat::console {

class Scenarios;

/// A program for a runtime: its text and the name that stacks give to it.
struct Bundle {
  std::shared_ptr<const facebook::jsi::Buffer> source;
  std::string url;

  /// Throws std::runtime_error when the file cannot be read.
  static Bundle read(const std::string& path);
  static Bundle fromText(std::string text, std::string url);
};

/// What a second runtime of the process is for: words of the bundle's own.
struct Scenario {
  std::string name;
  std::string arg;
};

struct ConsoleOptions {
  /// Without it no module is there.
  host::ModuleProvider modules;
  /// Adds globals before any JavaScript runs.
  std::function<void(
      facebook::jsi::Runtime& runtime, const std::shared_ptr<facebook::react::CallInvoker>& invoker)>
      globals;
  /// consoleHost.args
  std::vector<std::string> args;
};

/// How a runtime's work ended.
struct Ending {
  enum class Kind {
    stopped,   ///< from outside, or it has not ended
    exited,    ///< consoleHost.exit
    finished,  ///< consoleHost.finish
    failed,    ///< an error that nobody caught
  };
  Kind kind = Kind::stopped;
  int code = 0;      ///< of exit
  std::string text;  ///< of finish; the error when it failed
};

class Console {
 public:
  /// The calling thread becomes the runtime's: it makes all other calls, too.
  /// `queue` is for those who must be able to stop the console from outside.
  explicit Console(
      ConsoleOptions options,
      std::optional<Scenario> scenario = std::nullopt,
      std::shared_ptr<TaskQueue> queue = std::make_shared<TaskQueue>());

  /// Ends everything, whatever is in flight: the queue, the provider's modules, the
  /// long-lived objects, and the runtime with what JavaScript holds.
  ~Console();

  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  facebook::jsi::Runtime& runtime() { return engine_->runtime(); }
  std::string engineName() { return engine_->name(); }

  /// The queue, as native modules see it.
  std::shared_ptr<facebook::react::CallInvoker> invoker() const { return queue_; }

  /// Runs the bundle's top level as a task.
  void evaluate(const Bundle& bundle);

  /// Waits until `deadline` for a task and runs it. False when none came or the
  /// console has ended: then ended() tells which.
  bool turn(Clock::time_point deadline);

  /// Runs tasks until the deadline or the end.
  void runUntil(Clock::time_point deadline);

  /// Runs tasks until the end.
  const Ending& run();

  bool ended() const { return queue_->stopped(); }
  const Ending& ending() const { return ending_; }

  /// From inside a task: no task runs after this one. A failure is never replaced
  /// by a better ending.
  void end(Ending ending);

 private:
  void installConsoleHost();
  void installExit(facebook::jsi::Object& host);
  void installScenario(facebook::jsi::Object& host);
  void fail(std::string error);

  const ConsoleOptions options_;
  const std::optional<Scenario> scenario_;
  std::shared_ptr<TaskQueue> queue_;
  Ending ending_;
  Timers timers_;
  host::ModuleRegistry modules_;
  std::shared_ptr<Scenarios> scenarios_;
  std::unique_ptr<JavaScriptEngine> engine_;
};

}  // namespace mailboat::console
