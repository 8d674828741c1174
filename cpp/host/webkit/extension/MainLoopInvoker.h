// How native code reaches the JavaScript thread of a page: the main loop of the web
// process is that thread. To modules it is React Native's CallInvoker, and like React
// Native's it never runs a task inline.
#pragma once

#include <ReactCommon/CallInvoker.h>
#include <glib.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace mailboat::webkit {

using Task = facebook::react::CallFunc;

class MainLoopInvoker final : public facebook::react::CallInvoker,
                              public std::enable_shared_from_this<MainLoopInvoker> {
 public:
  using CallInvoker::invokeAsync;
  using CallInvoker::invokeSync;

  /// `run` is called on the main loop with one task after the other, until stop().
  explicit MainLoopInvoker(std::function<void(const Task&)> run) : run_(std::move(run)) {}

  /// Any thread. After stop() the task is destroyed on the calling thread without having
  /// run, as React Native does once its runtime is gone.
  void invokeAsync(Task&& task) noexcept override;

  /// Throws: an invoker that never runs tasks inline cannot answer in the same call.
  void invokeSync(Task&& task) override;

  /// On the main loop: no task is accepted or run from now on; those that wait are destroyed.
  void stop();

 private:
  /// Runs one task; tells GLib whether to call again.
  gboolean turn();
  static gboolean onTurn(gpointer self);

  const std::function<void(const Task&)> run_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool scheduled_ = false;
  bool stopped_ = false;
};

}  // namespace mailboat::webkit
