#include "MainLoopInvoker.h"

#include <stdexcept>
#include <utility>

namespace mailboat::webkit {

void MainLoopInvoker::invokeAsync(Task&& task) noexcept {
  const std::lock_guard lock(mutex_);
  if (stopped_) {
    return;
  }
  tasks_.push_back(std::move(task));
  if (std::exchange(scheduled_, true)) {
    return;
  }
  // Before WebKit's own idle work, beside what sockets and the user bring. The loop holds
  // the invoker weakly: a page that is gone has nothing to run.
  g_idle_add_full(
      G_PRIORITY_DEFAULT,
      onTurn,
      new std::weak_ptr(weak_from_this()),
      [](gpointer self) { delete static_cast<std::weak_ptr<MainLoopInvoker>*>(self); });
}

void MainLoopInvoker::invokeSync(Task&& /*task*/) {
  throw std::logic_error("the window runs no task inside another: use invokeAsync");
}

void MainLoopInvoker::stop() {
  std::deque<Task> dropped;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  dropped.swap(tasks_);
}

gboolean MainLoopInvoker::onTurn(gpointer self) {
  const auto invoker = static_cast<std::weak_ptr<MainLoopInvoker>*>(self)->lock();
  return invoker ? invoker->turn() : G_SOURCE_REMOVE;
}

gboolean MainLoopInvoker::turn() {
  std::unique_lock lock(mutex_);
  if (!tasks_.empty()) {
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    run_(task);
    lock.lock();
  }
  scheduled_ = !tasks_.empty();
  return scheduled_ ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

}  // namespace mailboat::webkit
