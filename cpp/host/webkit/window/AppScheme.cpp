#include "AppScheme.h"

#include "Owned.h"

#include <filesystem>
#include <map>
#include <utility>

namespace mailboat::webkit {

namespace fs = std::filesystem;

namespace {

/// What Metro exports. WebKit runs a script or applies a style of the right kind only.
const char* contentTypeOf(const std::string& extension) {
  static const std::map<std::string, const char*> types = {
      {".css", "text/css"},
      {".gif", "image/gif"},
      {".html", "text/html"},
      {".ico", "image/x-icon"},
      {".jpg", "image/jpeg"},
      {".js", "text/javascript"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".otf", "font/otf"},
      {".png", "image/png"},
      {".svg", "image/svg+xml"},
      {".ttf", "font/ttf"},
      {".wasm", "application/wasm"},
      {".webp", "image/webp"},
      {".woff", "font/woff"},
      {".woff2", "font/woff2"},
  };
  const auto known = types.find(extension);
  return known == types.end() ? "application/octet-stream" : known->second;
}

std::string unescape(const char* path) {
  const OwnedText text(g_uri_unescape_string(path, nullptr));
  return text ? text.get() : path;
}

}  // namespace

AppScheme::AppScheme(WebKitWebContext* context, std::string root) : root_(std::move(root)) {
  webkit_web_context_register_uri_scheme(context, name, onRequest, this, nullptr);
  auto* const security = webkit_web_context_get_security_manager(context);
  // As trusted as code in an app is, so that the page has what browsers keep for https.
  webkit_security_manager_register_uri_scheme_as_secure(security, name);
  webkit_security_manager_register_uri_scheme_as_cors_enabled(security, name);
}

void AppScheme::onRequest(WebKitURISchemeRequest* request, gpointer self) {
  const std::string path = unescape(webkit_uri_scheme_request_get_path(request));
  const std::string file = static_cast<AppScheme*>(self)->fileOf(path);
  char* bytes = nullptr;
  gsize size = 0;
  Failure failure;
  if (file.empty() || !g_file_get_contents(file.c_str(), &bytes, &size, failure.slot())) {
    GError* const missing =
        g_error_new(G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the app has no file %s", path.c_str());
    webkit_uri_scheme_request_finish_error(request, missing);
    g_error_free(missing);
    return;
  }
  const Owned<GInputStream> stream(
      g_memory_input_stream_new_from_data(bytes, static_cast<gssize>(size), g_free));
  webkit_uri_scheme_request_finish(
      request,
      stream.get(),
      static_cast<gint64>(size),
      contentTypeOf(fs::path(file).extension().string()));
}

std::string AppScheme::fileOf(const std::string& path) const {
  const fs::path inside = fs::path(path).relative_path().lexically_normal();
  if (!inside.empty() && *inside.begin() == "..") {
    return "";
  }
  const fs::path file = fs::path(root_) / inside;
  if (fs::is_regular_file(file)) {
    return file.string();
  }
  return inside.has_extension() ? "" : root_ + "/index.html";
}

}  // namespace mailboat::webkit
