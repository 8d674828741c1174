// The call invoker that the module gets: the console's queue, and a count of what goes
// into it, so that a round can end with a task waiting, or go on until Rust has rung.
#pragma once

#include <ReactCommon/CallInvoker.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace mailboat::teardown {

class CountedInvoker final : public facebook::react::CallInvoker {
 public:
  using CallInvoker::invokeAsync;
  using CallInvoker::invokeSync;
  using Time = std::chrono::steady_clock::time_point;

  explicit CountedInvoker(std::shared_ptr<facebook::react::CallInvoker> queue);

  void invokeAsync(facebook::react::CallFunc&& task) noexcept override;
  void invokeSync(facebook::react::CallFunc&& task) override;

  /// Waits until a task is in the queue; answers whether one is.
  bool waitForTask(Time deadline);

  /// Waits until the next task comes, also when the queue does not take it any more.
  void waitForNextTask(Time deadline);

 private:
  struct Count {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint32_t waiting{0};
    std::uint64_t all{0};
  };
  class Waiting;

#ifdef MAILBOAT_PLANT
  /// A bug on purpose, for `--plant`: the queue dies with its runtime, the module may not.
  facebook::react::CallInvoker* queue_;
#else
  std::shared_ptr<facebook::react::CallInvoker> queue_;
#endif
  std::shared_ptr<Count> count_;
};

}  // namespace mailboat::teardown
