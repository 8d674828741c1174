// One JavaScript runtime with the native module, from its making to its destruction.
#pragma once

#include "CountedInvoker.h"
#include "Ledger.h"
#include "MailboatModule.h"
#include "Plan.h"
#include "console/Console.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace mailboat::teardown {

/// What every runtime of a round shares.
struct Setting {
  Ledger& ledger;
  /// The config's durability: another one makes the engine close and open anew.
  const char* durability;
  /// False: no module, to see what the engine itself keeps.
  bool withModule;
};

/// A module whose runtime is gone: this is its last reference.
struct OutlivingModule {
  std::shared_ptr<MailboatModule> module;
  std::shared_ptr<CountedInvoker> invoker;
  std::chrono::microseconds dropAfter;

  /// Waits for Rust to ring for it once more, as long as the plan says; then drops it.
  void drop();
};

/// What was seen when a runtime ended.
struct Teardown {
  /// Promises of the module that JavaScript counted as unsettled.
  std::uint32_t unsettled{0};
  /// Whether a thread of Rust had put a task into the queue, which never ran.
  bool taskWaiting{false};
  /// When the plan has the module outlive its runtime.
  std::optional<OutlivingModule> outliving;
};

class TestRuntime {
 public:
  explicit TestRuntime(const Setting& setting) : setting_(setting) {}

  /// The calling thread is the JavaScript thread. Throws what JavaScript did not catch.
  Teardown runAndDestroy(const RuntimePlan& plan);

  /// Reads the file back into the ledger, and closes its engine.
  void verify();

 private:
  void make(const std::string& plan, const char* program, bool moduleOutlives);
  std::shared_ptr<MailboatModule> makeModule(const std::shared_ptr<facebook::react::CallInvoker>& queue);
  void runTasks(const RuntimePlan& plan);
  void addLedger(facebook::jsi::Runtime& runtime);
  std::string config() const;
  void throwIfFailed() const;

  const Setting setting_;
  std::shared_ptr<CountedInvoker> invoker_;
  std::shared_ptr<MailboatModule> module_;
  std::unique_ptr<console::Console> console_;
};

}  // namespace mailboat::teardown
