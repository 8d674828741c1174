#include "Options.h"

#include <cstdio>
#include <filesystem>

namespace mailboat::webkit {

const char* const usageText =
    "usage: mailboat-window --root FOLDER --data FOLDER [--launch-args JSON] [--size WxH] [--dark] "
    "[--title TEXT]";

namespace {

/// Paths in launch arguments and in events are read by others: relative ones would depend on
/// where this process was started.
std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

void setSize(Options& options, const std::string& value) {
  char rest = 0;
  if (std::sscanf(value.c_str(), "%dx%d%c", &options.width, &options.height, &rest) != 2 ||
      options.width < 1 || options.height < 1) {
    throw UsageError("--size is " + value + "; it must be like 390x844");
  }
}

void setLaunchArgs(Options& options, const std::string& value) {
  const auto parsed = Json::parse(value);
  if (!parsed) {
    throw UsageError("--launch-args is no JSON object: " + value);
  }
  options.launchArgs = *parsed;
}

}  // namespace

Options Options::parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--dark") {
      options.dark = true;
      continue;
    }
    if (i + 1 >= argc) {
      throw UsageError(word + " needs a value, or is unknown");
    }
    const std::string value = argv[++i];
    if (word == "--root") {
      options.root = absolute(value);
    } else if (word == "--data") {
      options.data = absolute(value);
    } else if (word == "--title") {
      options.title = value;
    } else if (word == "--size") {
      setSize(options, value);
    } else if (word == "--launch-args") {
      setLaunchArgs(options, value);
    } else {
      throw UsageError(word + " is unknown");
    }
  }
  if (options.root.empty() || options.data.empty()) {
    throw UsageError("--root and --data are needed");
  }
  if (!std::filesystem::is_regular_file(options.root + "/index.html")) {
    throw UsageError("there is no index.html in " + options.root);
  }
  return options;
}

}  // namespace mailboat::webkit
