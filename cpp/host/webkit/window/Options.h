// The words on the command line.
#pragma once

#include "Json.h"

#include <stdexcept>
#include <string>

namespace mailboat::webkit {

/// What is wrong with the command line, for a person to read.
struct UsageError : std::runtime_error {
  using runtime_error::runtime_error;
};

struct Options {
  std::string root;  ///< folder of the exported app
  std::string data;  ///< folder of what the app keeps
  Json launchArgs;
  int width = 390;  ///< logical pixels, of a usual phone
  int height = 844;
  bool dark = false;
  std::string title = "Mailboat";

  /// Throws UsageError.
  static Options parse(int argc, char** argv);
};

extern const char* const usageText;

}  // namespace mailboat::webkit
