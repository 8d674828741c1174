// The window on the screen: one WebKit view with the app in it.
#pragma once

#include "AppScheme.h"
#include "Options.h"
#include "Owned.h"

#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

#include <functional>
#include <string>

namespace mailboat::webkit {

/// What the window has to tell.
struct WindowEvents {
  std::function<void()> loaded;  ///< a document, with all that it refers to
  std::function<void(const std::string& level, const std::string& text)> console;
  std::function<void(const std::string& reason)> pageGone;  ///< the web process has died
  std::function<void()> closed;                             ///< by the user
};

class Window {
 public:
  Window(const Options& options, WindowEvents events);
  ~Window();

  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  WebKitWebView* view() const { return view_; }
  GtkWidget* viewWidget() const { return GTK_WIDGET(view_); }

  /// Loads the app's first page.
  void start();
  /// The same page anew, as a new document.
  void reload();

  /// In front, as an app that is active; and out of sight, as one that is in the background.
  void show();
  void hide();
  void resize(int width, int height);

  /// Keeps the page's focus whatever the display's focus does: a test types into a window
  /// that need not be in front of others.
  void holdFocus();

 private:
  void configure();
  void connect();

  static void onLoadChanged(WebKitWebView* view, WebKitLoadEvent event, Window* self);
  static gboolean onDecidePolicy(
      WebKitWebView* view, WebKitPolicyDecision* decision, WebKitPolicyDecisionType type, Window* self);
  static gboolean onMessage(WebKitWebView* view, WebKitUserMessage* message, Window* self);
  static void onTerminated(WebKitWebView* view, WebKitWebProcessTerminationReason reason, Window* self);
  static gboolean onDelete(GtkWidget* window, GdkEvent* event, Window* self);

  const WindowEvents events_;
  Owned<WebKitWebContext> context_;
  AppScheme scheme_;
  GtkWidget* window_ = nullptr;
  WebKitWebView* view_ = nullptr;
};

}  // namespace mailboat::webkit
