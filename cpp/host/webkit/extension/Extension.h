// The part of the window that lives in WebKit's web process, beside the page: it gives each
// page its runtime and tells the window's process what the page says on its console.
#pragma once

#include "PageRuntime.h"

#include <webkit2/webkit-web-extension.h>

#include <memory>
#include <unordered_map>

namespace mailboat::webkit {

class Extension {
 public:
  Extension(WebKitWebExtension* extension, WindowFacts facts);

  Extension(const Extension&) = delete;
  Extension& operator=(const Extension&) = delete;

 private:
  /// Before the first script of a document: the one that was there before has ended.
  static void onWindowObjectCleared(
      WebKitScriptWorld* world, WebKitWebPage* page, WebKitFrame* frame, Extension* self);
  static void onPageCreated(WebKitWebExtension* extension, WebKitWebPage* page, Extension* self);
  static void onPageGone(gpointer self, GObject* page);
  static void onConsoleMessage(WebKitWebPage* page, WebKitConsoleMessage* message, Extension* self);
  static gboolean onUserMessage(WebKitWebPage* page, WebKitUserMessage* message, Extension* self);

  const WindowFacts facts_;
  std::unordered_map<const void*, std::unique_ptr<PageRuntime>> runtimes_;
};

}  // namespace mailboat::webkit
