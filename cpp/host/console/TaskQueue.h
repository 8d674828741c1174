// The queue through which anything reaches a JavaScript thread: other threads put
// tasks in, the runtime's own thread takes them out. To native code it is React
// Native's CallInvoker, and like React Native's it never runs a task inline.
#pragma once

#include <ReactCommon/CallInvoker.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace mailboat::console {

using Clock = std::chrono::steady_clock;
using Task = facebook::react::CallFunc;

class TaskQueue final : public facebook::react::CallInvoker {
 public:
  using CallInvoker::invokeAsync;
  using CallInvoker::invokeSync;

  /// Any thread. After stop() the task is destroyed on the calling thread without
  /// having run, as React Native does once its runtime is gone.
  void invokeAsync(Task&& task) noexcept override;

  /// Throws: a queue that never runs tasks inline cannot answer in the same call.
  void invokeSync(Task&& task) override;

  /// The oldest task; waits for one until `deadline`. Nothing when the deadline
  /// has passed or the queue has stopped. Only the runtime's thread takes.
  std::optional<Task> take(Clock::time_point deadline);

  /// Any thread: no task is taken or accepted from now on, and take() returns.
  void stop();
  bool stopped() const;

  /// Destroys the tasks that nobody took, on the calling thread.
  void clear();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopped_ = false;
};

}  // namespace mailboat::console
