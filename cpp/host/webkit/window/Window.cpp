#include "Window.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace mailboat::webkit {

namespace {

/// The web-process extension is in a folder beside this program.
std::string extensionFolder() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "extension").string();
}

const char* nameOf(WebKitWebProcessTerminationReason reason) {
  switch (reason) {
    case WEBKIT_WEB_PROCESS_CRASHED:
      return "crashed";
    case WEBKIT_WEB_PROCESS_EXCEEDED_MEMORY_LIMIT:
      return "exceeded its memory limit";
    case WEBKIT_WEB_PROCESS_TERMINATED_BY_API:
      return "ended by the window";
  }
  return "unknown";
}

WebKitWebContext* makeContext(const Options& options) {
  // What browsers keep for a site (local storage and the like) belongs to the app's data.
  const std::string folder = options.data + "/webkit";
  const Owned<WebKitWebsiteDataManager> storage(webkit_website_data_manager_new(
      "base-data-directory", folder.c_str(), "base-cache-directory", folder.c_str(), nullptr));
  WebKitWebContext* const context = webkit_web_context_new_with_website_data_manager(storage.get());
  // No page is kept when it is left: it would keep its native module.
  webkit_web_context_set_cache_model(context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
  webkit_web_context_set_web_extensions_directory(context, extensionFolder().c_str());
  webkit_web_context_set_web_extensions_initialization_user_data(
      context,
      g_variant_new(
          "(iss)", static_cast<gint32>(getpid()), options.launchArgs.text().c_str(), options.data.c_str()));
  return context;
}

}  // namespace

Window::Window(const Options& options, WindowEvents events)
    : events_(std::move(events)),
      context_(makeContext(options)),
      scheme_(context_.get(), options.root) {
  g_object_set(
      gtk_settings_get_default(), "gtk-application-prefer-dark-theme", options.dark, nullptr);
  window_ = gtk_window_new(GTK_WINDOW_TOPLEVEL);
  gtk_window_set_title(GTK_WINDOW(window_), options.title.c_str());
  gtk_window_set_default_size(GTK_WINDOW(window_), options.width, options.height);
  view_ = WEBKIT_WEB_VIEW(webkit_web_view_new_with_context(context_.get()));
  gtk_container_add(GTK_CONTAINER(window_), viewWidget());
  configure();
  connect();
}

Window::~Window() {
  g_signal_handlers_disconnect_by_data(window_, this);
  g_signal_handlers_disconnect_by_data(view_, this);
  gtk_widget_destroy(window_);
}

void Window::configure() {
  WebKitSettings* const settings = webkit_web_view_get_settings(view_);
  // The page is the app, and an app has no cross-origin rules.
  webkit_settings_set_disable_web_security(settings, TRUE);
  webkit_settings_set_enable_page_cache(settings, FALSE);
  webkit_settings_set_hardware_acceleration_policy(settings, WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
  // A turn of the wheel has moved the content when it has been handled.
  webkit_settings_set_enable_smooth_scrolling(settings, FALSE);
}

void Window::connect() {
  g_signal_connect(view_, "load-changed", G_CALLBACK(onLoadChanged), this);
  g_signal_connect(view_, "decide-policy", G_CALLBACK(onDecidePolicy), this);
  g_signal_connect(view_, "user-message-received", G_CALLBACK(onMessage), this);
  g_signal_connect(view_, "web-process-terminated", G_CALLBACK(onTerminated), this);
  g_signal_connect(window_, "delete-event", G_CALLBACK(onDelete), this);
}

void Window::start() {
  webkit_web_view_load_uri(view_, AppScheme::start);
}

void Window::reload() {
  webkit_web_view_reload(view_);
}

void Window::show() {
  gtk_widget_show_all(window_);
  gtk_window_present(GTK_WINDOW(window_));
  gtk_widget_grab_focus(viewWidget());
}

void Window::hide() {
  gtk_widget_hide(window_);
}

void Window::resize(int width, int height) {
  gtk_window_resize(GTK_WINDOW(window_), width, height);
}

void Window::holdFocus() {
  // Before the view's own handlers, which would tell the page.
  const auto ignore = +[](GtkWidget*, GdkEvent*, gpointer) -> gboolean { return GDK_EVENT_STOP; };
  g_signal_connect(view_, "focus-out-event", G_CALLBACK(ignore), this);
  GdkEvent* const event = gdk_event_new(GDK_FOCUS_CHANGE);
  event->focus_change.window = GDK_WINDOW(g_object_ref(gtk_widget_get_window(viewWidget())));
  event->focus_change.in = TRUE;
  gtk_widget_send_focus_change(viewWidget(), event);
  gdk_event_free(event);
}

void Window::onLoadChanged(WebKitWebView* /*view*/, WebKitLoadEvent event, Window* self) {
  if (event == WEBKIT_LOAD_FINISHED) {
    self->events_.loaded();
  }
}

/// Native modules are for the app only, so no other site is shown here.
gboolean Window::onDecidePolicy(
    WebKitWebView* /*view*/, WebKitPolicyDecision* decision, WebKitPolicyDecisionType type, Window* self) {
  if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
    return FALSE;
  }
  auto* const action =
      webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
  const std::string uri = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && uri.starts_with(AppScheme::start)) {
    return FALSE;
  }
  self->events_.console("warn", "not opened, for it is not the app: " + uri);
  webkit_policy_decision_ignore(decision);
  return TRUE;
}

gboolean Window::onMessage(WebKitWebView* /*view*/, WebKitUserMessage* message, Window* self) {
  if (g_strcmp0(webkit_user_message_get_name(message), "console") != 0) {
    return FALSE;
  }
  const char* level = nullptr;
  const char* text = nullptr;
  g_variant_get(webkit_user_message_get_parameters(message), "(&s&s)", &level, &text);
  self->events_.console(level, text);
  return TRUE;
}

void Window::onTerminated(
    WebKitWebView* /*view*/, WebKitWebProcessTerminationReason reason, Window* self) {
  self->events_.pageGone(nameOf(reason));
}

gboolean Window::onDelete(GtkWidget* /*window*/, GdkEvent* /*event*/, Window* self) {
  self->events_.closed();
  // Whoever hears of it ends the window.
  return GDK_EVENT_STOP;
}

}  // namespace mailboat::webkit
