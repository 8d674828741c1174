// The other runtimes of this process that a bundle has started: each on a thread
// of its own, evaluating the same bundle with its `scenario` set.
#pragma once

#include "Console.h"

#include <cstdint>
#include <thread>
#include <unordered_map>

namespace mailboat::console {

class Scenarios : public std::enable_shared_from_this<Scenarios> {
 public:
  /// `queue` is the queue of the runtime that starts scenarios.
  Scenarios(ConsoleOptions options, std::shared_ptr<TaskQueue> queue);

  /// What the scenarios evaluate.
  void setBundle(const Bundle& bundle) { bundle_ = bundle; }

  /// Starts one. The promise is settled after its runtime has been destroyed: with
  /// the text it finished with, or with the error that ended it.
  facebook::jsi::Value run(facebook::jsi::Runtime& runtime, Scenario scenario);

  /// Stops and awaits all that still run, and forgets their promises. Before the
  /// end of the runtime that started them.
  void abandon();

 private:
  using Id = std::uint64_t;
  struct Running {
    facebook::jsi::Function resolve;
    facebook::jsi::Function reject;
    std::shared_ptr<TaskQueue> queue;
    std::thread thread;
  };

  void start(facebook::jsi::Function resolve, facebook::jsi::Function reject, Scenario scenario);
  void settle(facebook::jsi::Runtime& runtime, Id id, const Ending& ending);

  const ConsoleOptions options_;
  const std::shared_ptr<TaskQueue> queue_;
  Bundle bundle_;
  std::unordered_map<Id, Running> running_;
  Id lastId_ = 0;
};

}  // namespace mailboat::console
