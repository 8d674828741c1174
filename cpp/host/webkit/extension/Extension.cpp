#include "Extension.h"

#include <utility>

namespace mailboat::webkit {

namespace {

const char* nameOf(WebKitConsoleMessageLevel level) {
  switch (level) {
    case WEBKIT_CONSOLE_MESSAGE_LEVEL_INFO:
      return "info";
    case WEBKIT_CONSOLE_MESSAGE_LEVEL_LOG:
      return "log";
    case WEBKIT_CONSOLE_MESSAGE_LEVEL_WARNING:
      return "warn";
    case WEBKIT_CONSOLE_MESSAGE_LEVEL_ERROR:
      return "error";
    case WEBKIT_CONSOLE_MESSAGE_LEVEL_DEBUG:
      return "debug";
  }
  return "log";
}

/// The only way from a frame to the context that JSI wraps; its successor answers an object
/// that keeps the context to itself.
JSGlobalContextRef contextOf(WebKitFrame* frame) {
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  return webkit_frame_get_javascript_global_context(frame);
  G_GNUC_END_IGNORE_DEPRECATIONS
}

}  // namespace

Extension::Extension(WebKitWebExtension* extension, WindowFacts facts) : facts_(std::move(facts)) {
  g_signal_connect(extension, "page-created", G_CALLBACK(onPageCreated), this);
  g_signal_connect(
      webkit_script_world_get_default(), "window-object-cleared", G_CALLBACK(onWindowObjectCleared), this);
}

void Extension::onWindowObjectCleared(
    WebKitScriptWorld* /*world*/, WebKitWebPage* page, WebKitFrame* frame, Extension* self) {
  if (!webkit_frame_is_main_frame(frame)) {
    return;
  }
  auto& runtime = self->runtimes_[page];
  // Ended before its successor begins: the engine's file has one owner at a time.
  runtime.reset();
  runtime = std::make_unique<PageRuntime>(contextOf(frame), self->facts_);
}

void Extension::onPageCreated(WebKitWebExtension* /*extension*/, WebKitWebPage* page, Extension* self) {
  g_signal_connect(page, "console-message-sent", G_CALLBACK(onConsoleMessage), self);
  g_signal_connect(page, "user-message-received", G_CALLBACK(onUserMessage), self);
  g_object_weak_ref(G_OBJECT(page), onPageGone, self);
}

void Extension::onPageGone(gpointer self, GObject* page) {
  static_cast<Extension*>(self)->runtimes_.erase(page);
}

void Extension::onConsoleMessage(WebKitWebPage* page, WebKitConsoleMessage* message, Extension* /*self*/) {
  GVariant* const parameters = g_variant_new(
      "(ss)",
      nameOf(webkit_console_message_get_level(message)),
      webkit_console_message_get_text(message));
  webkit_web_page_send_message_to_view(
      page, webkit_user_message_new("console", parameters), nullptr, nullptr, nullptr);
}

/// The only message there is asks for the census.
gboolean Extension::onUserMessage(WebKitWebPage* page, WebKitUserMessage* message, Extension* self) {
  if (g_strcmp0(webkit_user_message_get_name(message), "census") != 0) {
    return FALSE;
  }
  const auto runtime = self->runtimes_.find(page);
  if (runtime == self->runtimes_.end()) {
    return FALSE;
  }
  const Census census = runtime->second->census();
  GVariant* const parameters =
      g_variant_new("(uuuu)", census.begun, census.runtimes, census.modules, census.hostValues);
  webkit_user_message_send_reply(message, webkit_user_message_new("census", parameters));
  return TRUE;
}

}  // namespace mailboat::webkit
