#include "JavaScriptThread.h"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

namespace mailboat::handover {

namespace {

/// What has not come by then does not come.
constexpr auto kPatience = std::chrono::minutes(1);

}  // namespace

JavaScriptThread::JavaScriptThread() : thread_([this] { loop(); }) {}

JavaScriptThread::~JavaScriptThread() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void JavaScriptThread::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    ++posted_;
  }
  changed_.notify_all();
}

void JavaScriptThread::run(const Task& task) {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::exception_ptr error;
  post([&] {
    try {
      task();
    } catch (...) {
      error = std::current_exception();
    }
    // Inside the lock: who waits takes the condition variable away.
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done; });
  if (error) {
    std::rethrow_exception(error);
  }
}

std::uint64_t JavaScriptThread::posted() {
  const std::lock_guard lock(mutex_);
  return posted_;
}

void JavaScriptThread::runUntil(const std::function<bool()>& isSo) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (bool so = false; !so;) {
    run([&] { so = isSo(); });
    if (!so && std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("what had to come did not");
    }
  }
}

void JavaScriptThread::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ended_ || !tasks_.empty(); });
    if (ended_) {
      return;
    }
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace mailboat::handover
