// An app in its window: brings together what of it is on the screen, on stdin and stdout,
// and on Detox's socket.
#pragma once

#include "CommandInput.h"
#include "DetoxSession.h"
#include "Options.h"
#include "PageAgent.h"
#include "Window.h"

#include <optional>
#include <string>

namespace mailboat::webkit {

class App {
 public:
  explicit App(const Options& options);

  /// Until someone ends it. Answers the status for the process.
  int run();

 private:
  WindowEvents windowEvents();
  void obey(const Json& command);
  void takeScreenshot(const std::string& path);
  void tellCensus();
  /// A document has been loaded. Without an agent that knows better, the app has nothing to
  /// do when it has been drawn.
  void onLoaded();
  void onIdle();
  void onPageGone(const std::string& reason);
  void end(int status);

  const gint64 startUs_ = g_get_monotonic_time();
  int status_ = 0;
  bool ready_ = false;
  Window window_;
  std::optional<PageAgent> agent_;
  std::optional<DetoxSession> detox_;
  CommandInput input_;
};

}  // namespace mailboat::webkit
