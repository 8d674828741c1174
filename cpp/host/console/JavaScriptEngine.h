// A JavaScript engine behind JSI: what differs between Hermes and JavaScriptCore,
// and nothing else. A build of the console host is linked with exactly one of
// hermes.cpp and jsc.cpp; both implement this header.
#pragma once

#include "TaskQueue.h"

#include <jsi/jsi.h>

#include <functional>
#include <memory>
#include <string>

namespace mailboat::console {

/// A fresh runtime of the engine that this program is linked with.
std::unique_ptr<facebook::jsi::Runtime> makeRuntime();

/// A runtime and the rules for running tasks in it. Used from one thread.
class JavaScriptEngine {
 public:
  /// Told of every error that nobody caught: message and stack, as one text.
  using UncaughtHandler = std::function<void(std::string)>;

  static std::unique_ptr<JavaScriptEngine> make(UncaughtHandler uncaught);

  JavaScriptEngine(const JavaScriptEngine&) = delete;
  JavaScriptEngine& operator=(const JavaScriptEngine&) = delete;
  virtual ~JavaScriptEngine() = default;

  virtual facebook::jsi::Runtime& runtime() = 0;

  /// The engine's name and version, said by the engine itself.
  virtual std::string name() = 0;

  /// Runs a task, then all microtasks that are there after it. No microtask runs
  /// before the task has returned. Errors go to the handler, never to the caller.
  virtual void run(const Task& task) = 0;

  /// What the global queueMicrotask does: in one line with the promises' jobs.
  virtual void queueMicrotask(facebook::jsi::Function callback) = 0;

  /// Tells the handler of rejections that nobody handles. Called when the runtime
  /// has its timers: Hermes needs setTimeout for it.
  virtual void trackRejections() = 0;

 protected:
  explicit JavaScriptEngine(UncaughtHandler uncaught) : uncaught_(std::move(uncaught)) {}

  /// Calls `body` and tells the handler what it throws.
  void guard(const std::function<void()>& body);

  /// Runs the microtasks that JSI knows of until none is left.
  void drainMicrotasks();

  /// Tells the handler of a thrown value, which need not be an Error.
  void reportThrown(const char* what, const facebook::jsi::Value& thrown);

  /// The function that both engines call for an unhandled rejection. What comes
  /// before the reason is the promise or a number of it.
  facebook::jsi::Function rejectionHandler();

 private:
  UncaughtHandler uncaught_;
};

/// Message and stack of an error, for a person to read; each engine puts them into
/// `stack` in its own way.
std::string describe(const facebook::jsi::JSError& error);

}  // namespace mailboat::console
