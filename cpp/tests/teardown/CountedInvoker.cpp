#include "CountedInvoker.h"

#include <utility>

namespace mailboat::teardown {

using facebook::react::CallFunc;
using facebook::react::CallInvoker;

/// One task in the queue: counted until it has run or is thrown away.
class CountedInvoker::Waiting {
 public:
  explicit Waiting(std::shared_ptr<Count> count) : count_(std::move(count)) {
    {
      const std::lock_guard lock(count_->mutex);
      ++count_->waiting;
      ++count_->all;
    }
    count_->changed.notify_all();
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    const std::lock_guard lock(count_->mutex);
    --count_->waiting;
  }

 private:
  std::shared_ptr<Count> count_;
};

#ifdef MAILBOAT_PLANT
CountedInvoker::CountedInvoker(std::shared_ptr<CallInvoker> queue)
    : queue_(queue.get()), count_(std::make_shared<Count>()) {}
#else
CountedInvoker::CountedInvoker(std::shared_ptr<CallInvoker> queue)
    : queue_(std::move(queue)), count_(std::make_shared<Count>()) {}
#endif

void CountedInvoker::invokeAsync(CallFunc&& task) noexcept {
  queue_->invokeAsync([waiting = std::make_shared<Waiting>(count_),
                       task = std::move(task)](facebook::jsi::Runtime& runtime) mutable {
    waiting.reset();
    task(runtime);
  });
}

void CountedInvoker::invokeSync(CallFunc&& task) {
  queue_->invokeSync(std::move(task));
}

bool CountedInvoker::waitForTask(Time deadline) {
  std::unique_lock lock(count_->mutex);
  return count_->changed.wait_until(lock, deadline, [&] { return count_->waiting > 0; });
}

void CountedInvoker::waitForNextTask(Time deadline) {
  std::unique_lock lock(count_->mutex);
  count_->changed.wait_until(lock, deadline, [&, before = count_->all] { return count_->all > before; });
}

}  // namespace mailboat::teardown
