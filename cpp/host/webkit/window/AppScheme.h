// app://mailboat/...: the files of an exported app, as a web server for single-page apps
// would answer them.
#pragma once

#include <webkit2/webkit2.h>

#include <string>

namespace mailboat::webkit {

class AppScheme {
 public:
  static constexpr const char* name = "app";
  /// The first page.
  static constexpr const char* start = "app://mailboat/";

  /// Serves `root` to the pages of `context`, which it must outlive.
  AppScheme(WebKitWebContext* context, std::string root);

  AppScheme(const AppScheme&) = delete;
  AppScheme& operator=(const AppScheme&) = delete;

 private:
  static void onRequest(WebKitURISchemeRequest* request, gpointer self);

  /// The file for a path of a URI; empty when there is none. Routes of the app, which have no
  /// extension, are all its index.html.
  std::string fileOf(const std::string& path) const;

  const std::string root_;
};

}  // namespace mailboat::webkit
