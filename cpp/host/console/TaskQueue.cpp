#include "TaskQueue.h"

#include <stdexcept>
#include <utility>

namespace mailboat::console {

void TaskQueue::invokeAsync(Task&& task) noexcept {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) {
      return;
    }
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void TaskQueue::invokeSync(Task&& /*task*/) {
  throw std::logic_error("the console host runs no task inside another: use invokeAsync");
}

std::optional<Task> TaskQueue::take(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopped_ || !tasks_.empty(); };
  // A wait until the end of time would overflow in some standard libraries.
  if (deadline == Clock::time_point::max()) {
    changed_.wait(lock, ready);
  } else {
    changed_.wait_until(lock, deadline, ready);
  }
  if (stopped_ || tasks_.empty()) {
    return std::nullopt;
  }
  std::optional<Task> task(std::move(tasks_.front()));
  tasks_.pop_front();
  return task;
}

void TaskQueue::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

bool TaskQueue::stopped() const {
  std::lock_guard lock(mutex_);
  return stopped_;
}

void TaskQueue::clear() {
  std::deque<Task> dropped;
  {
    std::lock_guard lock(mutex_);
    dropped.swap(tasks_);
  }
}

}  // namespace mailboat::console
