// What the window tells whoever started it: one JSON object a line on stdout.
#pragma once

#include "Json.h"

#include <cstdio>
#include <string>

namespace mailboat::webkit {

class EventOutput {
 public:
  /// An event to be filled and then said.
  static Json named(const char* name) { return Json().set("event", name); }

  /// At once: a reader waits for it.
  static void say(const Json& event) {
    const std::string line = event.text() + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
  }
};

}  // namespace mailboat::webkit
