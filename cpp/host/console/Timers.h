// What setTimeout and setImmediate have promised to call. All of it belongs to the
// runtime's thread; a timer that is due becomes a task of its own, so it waits its
// turn behind the tasks that were there before.
#pragma once

#include "TaskQueue.h"

#include <jsi/jsi.h>

#include <cstdint>
#include <functional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace mailboat::console {

class Timers {
 public:
  using Id = std::uint32_t;

  explicit Timers(TaskQueue& tasks) : tasks_(tasks) {}

  /// `delayMs` is cut to whole milliseconds between 0 and 2^31 - 1, as browsers do.
  Id set(
      facebook::jsi::Function callback,
      std::vector<facebook::jsi::Value> args,
      double delayMs,
      Clock::time_point now);

  /// Queues the callback at once, behind the tasks that wait already.
  Id setImmediate(facebook::jsi::Function callback, std::vector<facebook::jsi::Value> args);

  /// Also for a timer that has become a task already. An unknown id means nothing.
  void cancel(Id id) { callbacks_.erase(id); }

  /// Makes tasks of the timers that are due, in order of deadline, then of creation.
  /// Returns the deadline of the next one: the end of time if there is none.
  Clock::time_point queueDue(Clock::time_point now);

  /// Forgets all callbacks. Before the runtime's end: they hold its values.
  void clear();

 private:
  struct Callback {
    facebook::jsi::Function function;
    std::vector<facebook::jsi::Value> args;
  };
  struct Deadline {
    Clock::time_point at;
    Id id;
    bool operator>(const Deadline& other) const { return at != other.at ? at > other.at : id > other.id; }
  };

  Id add(facebook::jsi::Function callback, std::vector<facebook::jsi::Value> args);
  void queue(Id id);
  void fire(facebook::jsi::Runtime& runtime, Id id);

  TaskQueue& tasks_;
  std::unordered_map<Id, Callback> callbacks_;
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  Id lastId_ = 0;
};

}  // namespace mailboat::console
