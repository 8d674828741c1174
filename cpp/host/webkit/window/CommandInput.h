// What whoever started the window tells it: one JSON object a line on stdin.
#pragma once

#include "Json.h"
#include "Owned.h"

#include <functional>

namespace mailboat::webkit {

class CommandInput {
 public:
  /// `onCommand` gets each line, on the main loop; `onEnd` is called once after the last.
  CommandInput(std::function<void(const Json&)> onCommand, std::function<void()> onEnd);

  /// Nothing is called any more.
  ~CommandInput();

  CommandInput(const CommandInput&) = delete;
  CommandInput& operator=(const CommandInput&) = delete;

 private:
  void readNext();
  static void onLine(GObject* stream, GAsyncResult* result, gpointer self);

  const std::function<void(const Json&)> onCommand_;
  const std::function<void()> onEnd_;
  Owned<GCancellable> cancellable_;
  Owned<GDataInputStream> stream_;
};

}  // namespace mailboat::webkit
