#include "Snapshot.h"

#include "Owned.h"

#include <memory>
#include <utility>

namespace mailboat::webkit {

namespace {

struct Wanted {
  std::optional<Area> area;
  std::string path;
  std::function<void(std::optional<std::string>)> done;
};

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, Release>;

Surface cut(cairo_surface_t* whole, const Area& area) {
  return Surface(
      cairo_surface_create_for_rectangle(whole, area.x, area.y, area.width, area.height));
}

std::optional<std::string> write(const Surface& picture, const Wanted& wanted) {
  const Surface part = wanted.area ? cut(picture.get(), *wanted.area) : nullptr;
  const cairo_status_t status =
      cairo_surface_write_to_png(part ? part.get() : picture.get(), wanted.path.c_str());
  if (status == CAIRO_STATUS_SUCCESS) {
    return std::nullopt;
  }
  return wanted.path + ": " + cairo_status_to_string(status);
}

void onTaken(GObject* view, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Wanted> wanted(static_cast<Wanted*>(data));
  Failure failure;
  const Surface picture(webkit_web_view_get_snapshot_finish(WEBKIT_WEB_VIEW(view), result, failure.slot()));
  wanted->done(picture ? write(picture, *wanted) : std::optional(failure.text()));
}

}  // namespace

void takeSnapshot(
    WebKitWebView* view,
    std::optional<Area> area,
    std::string path,
    std::function<void(std::optional<std::string> error)> done) {
  webkit_web_view_get_snapshot(
      view,
      WEBKIT_SNAPSHOT_REGION_VISIBLE,
      WEBKIT_SNAPSHOT_OPTIONS_NONE,
      nullptr,
      onTaken,
      new Wanted{area, std::move(path), std::move(done)});
}

}  // namespace mailboat::webkit
