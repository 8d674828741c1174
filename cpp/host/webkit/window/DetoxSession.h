// The app's side of Detox's protocol, over Detox's own server: JSON messages on a websocket,
// each answered under its `messageId`. What a test sees and does is the page agent's.
#pragma once

#include "Json.h"
#include "Owned.h"
#include "PageAgent.h"
#include "Window.h"

#include <libsoup/soup.h>

#include <string>

namespace mailboat::webkit {

class DetoxSession {
 public:
  /// Logs in at `server` (a URL of a websocket) as the app of the session.
  DetoxSession(std::string server, std::string sessionId, Window& window, PageAgent& agent);
  ~DetoxSession();

  DetoxSession(const DetoxSession&) = delete;
  DetoxSession& operator=(const DetoxSession&) = delete;

  /// A new document is idle: Detox may go on.
  void becomeReady();

  /// Tells Detox that the app has crashed; returns when that has been sent, or after a second.
  void sayCrashed(const std::string& details);

 private:
  static void onConnected(GObject* session, GAsyncResult* result, gpointer self);
  static void onMessage(SoupWebsocketConnection* connection, int type, GBytes* message, gpointer self);

  void serve(const std::string& type, const Json& params, double messageId);
  /// Answers with what the page's agent answers to `method`.
  void forward(const char* method, const Json& params, const char* doneType, double messageId);
  void send(const std::string& type, const Json& params, double messageId);
  void sendServerError(const std::string& message, double messageId);

  const std::string sessionId_;
  Window& window_;
  PageAgent& agent_;
  Owned<GCancellable> cancellable_;
  Owned<SoupSession> soup_;
  Owned<SoupWebsocketConnection> connection_;
  bool ready_ = false;
};

}  // namespace mailboat::webkit
