// A thread that does one job after another: the plainest way off the JavaScript thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace mailboat::bench {

class Worker {
 public:
  using Job = std::function<void()>;

  Worker();

  /// Waits for the job under way; those that wait are dropped.
  ~Worker();

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(Job job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace mailboat::bench
