// A picture of the page as it is on screen, in a PNG file.
#pragma once

#include <webkit2/webkit2.h>

#include <functional>
#include <optional>
#include <string>

namespace mailboat::webkit {

/// A part of the view, in logical pixels.
struct Area {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// Takes it and writes it; then calls `done` with what went wrong, or with nothing.
void takeSnapshot(
    WebKitWebView* view,
    std::optional<Area> area,
    std::string path,
    std::function<void(std::optional<std::string> error)> done);

}  // namespace mailboat::webkit
