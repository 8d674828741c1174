// A thread with a queue: what a JavaScript thread is to native code.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace mailboat::handover {

class JavaScriptThread {
 public:
  using Task = std::function<void()>;

  JavaScriptThread();
  JavaScriptThread(const JavaScriptThread&) = delete;
  JavaScriptThread& operator=(const JavaScriptThread&) = delete;
  /// Tasks that wait are thrown away.
  ~JavaScriptThread();

  /// Any thread.
  void post(Task task);

  /// Runs a task after those that wait, waits for it, and throws what it throws. Any other
  /// thread.
  void run(const Task& task);

  /// How many tasks have ever been posted. Any thread.
  std::uint64_t posted();

  /// Waits until `isSo` holds; it is asked on the JavaScript thread, after its tasks.
  void runUntil(const std::function<bool()>& isSo);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::uint64_t posted_{0};
  bool ended_{false};
  std::thread thread_;
};

}  // namespace mailboat::handover
