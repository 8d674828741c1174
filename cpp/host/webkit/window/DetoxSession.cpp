#include "DetoxSession.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace mailboat::webkit {

namespace {

/// The ids under which Detox awaits what is no answer to one message.
constexpr double loginId = 0;
constexpr double readyId = -1000;
constexpr double crashId = -10000;

/// How long a crash waits for its message to be sent, in milliseconds.
constexpr guint farewellMs = 1'000;

/// Sides of the window as it was started are kept; only which is the longer one changes.
void turn(Window& window, bool landscape) {
  const int first = gtk_widget_get_allocated_width(window.viewWidget());
  const int second = gtk_widget_get_allocated_height(window.viewWidget());
  const int shorter = std::min(first, second);
  const int longer = std::max(first, second);
  window.resize(landscape ? longer : shorter, landscape ? shorter : longer);
}

}  // namespace

DetoxSession::DetoxSession(std::string server, std::string sessionId, Window& window, PageAgent& agent)
    : sessionId_(std::move(sessionId)),
      window_(window),
      agent_(agent),
      cancellable_(g_cancellable_new()),
      soup_(soup_session_new()) {
  const Owned<SoupMessage> request(soup_message_new("GET", server.c_str()));
  if (!request) {
    throw std::runtime_error("detoxServer is no URL: " + server);
  }
  soup_session_websocket_connect_async(
      soup_.get(),
      request.get(),
      nullptr,
      nullptr,
      G_PRIORITY_DEFAULT,
      cancellable_.get(),
      onConnected,
      this);
}

DetoxSession::~DetoxSession() {
  g_cancellable_cancel(cancellable_.get());
  if (connection_) {
    g_signal_handlers_disconnect_by_data(connection_.get(), this);
  }
}

void DetoxSession::onConnected(GObject* session, GAsyncResult* result, gpointer self) {
  Failure failure;
  Owned<SoupWebsocketConnection> connection(
      soup_session_websocket_connect_finish(SOUP_SESSION(session), result, failure.slot()));
  if (!connection) {
    if (!g_error_matches(failure.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
      g_printerr("mailboat-window: no connection to Detox's server: %s\n", failure.text().c_str());
    }
    return;
  }
  auto* const detox = static_cast<DetoxSession*>(self);
  detox->connection_ = std::move(connection);
  // Without a limit: a message may be a whole page's text.
  soup_websocket_connection_set_max_incoming_payload_size(detox->connection_.get(), 0);
  g_signal_connect(detox->connection_.get(), "message", G_CALLBACK(onMessage), detox);
  detox->send("login", Json().set("sessionId", detox->sessionId_).set("role", "app"), loginId);
  if (detox->ready_) {
    detox->send("ready", Json(), readyId);
  }
}

void DetoxSession::onMessage(
    SoupWebsocketConnection* /*connection*/, int /*type*/, GBytes* message, gpointer self) {
  gsize size = 0;
  const auto* const bytes = static_cast<const char*>(g_bytes_get_data(message, &size));
  if (const auto parsed = Json::parse({bytes, size})) {
    static_cast<DetoxSession*>(self)->serve(
        parsed->string("type"), parsed->object("params"), parsed->number("messageId"));
  }
}

void DetoxSession::serve(const std::string& type, const Json& params, double messageId) {
  if (type == "loginSuccess" || type == "testerDisconnected") {
    // News of the server's, which expect no answer.
    return;
  }
  if (type == "isReady") {
    // Otherwise it is answered when it is so.
    if (ready_) {
      send("ready", Json(), readyId);
    }
  } else if (type == "reactNativeReload") {
    ready_ = false;
    window_.reload();
  } else if (type == "invoke") {
    forward("invoke", params, "invokeResult", messageId);
  } else if (type == "waitForActive") {
    forward("waitForActive", params, "waitForActiveDone", messageId);
  } else if (type == "waitForBackground") {
    forward("waitForBackground", params, "waitForBackgroundDone", messageId);
  } else if (type == "setSyncSettings") {
    forward("setSyncSettings", params, "setSyncSettingsDone", messageId);
  } else if (type == "currentStatus") {
    forward("currentStatus", params, "currentStatusResult", messageId);
  } else if (type == "setOrientation") {
    turn(window_, params.string("orientation") == "landscape");
    send("setOrientationDone", Json(), messageId);
  } else if (type == "cleanup") {
    send("cleanupDone", Json(), messageId);
  } else {
    sendServerError("the Linux host of the app cannot " + type, messageId);
  }
}

void DetoxSession::forward(const char* method, const Json& params, const char* doneType, double messageId) {
  const bool invocation = std::string_view(method) == "invoke";
  agent_.call(method, params, [this, doneType, messageId, invocation](const PageAgent::Outcome& outcome) {
    if (outcome.succeeded) {
      send(doneType, outcome.answer, messageId);
    } else if (invocation) {
      send("testFailed", Json().set("details", outcome.error), messageId);
    } else {
      sendServerError(outcome.error, messageId);
    }
  });
}

void DetoxSession::becomeReady() {
  ready_ = true;
  send("ready", Json(), readyId);
}

void DetoxSession::sayCrashed(const std::string& details) {
  if (!connection_) {
    return;
  }
  send("AppWillTerminateWithError", Json().set("errorDetails", details), crashId);
  soup_websocket_connection_close(connection_.get(), SOUP_WEBSOCKET_CLOSE_GOING_AWAY, nullptr);
  bool late = false;
  const auto onLate = +[](gpointer flag) -> gboolean {
    *static_cast<bool*>(flag) = true;
    return G_SOURCE_CONTINUE;
  };
  const guint timer = g_timeout_add(farewellMs, onLate, &late);
  while (!late &&
         soup_websocket_connection_get_state(connection_.get()) != SOUP_WEBSOCKET_STATE_CLOSED) {
    g_main_context_iteration(nullptr, TRUE);
  }
  g_source_remove(timer);
}

void DetoxSession::send(const std::string& type, const Json& params, double messageId) {
  if (!connection_ ||
      soup_websocket_connection_get_state(connection_.get()) != SOUP_WEBSOCKET_STATE_OPEN) {
    return;
  }
  const Json message = Json().set("type", type).set("params", params).set("messageId", messageId);
  soup_websocket_connection_send_text(connection_.get(), message.text().c_str());
}

void DetoxSession::sendServerError(const std::string& message, double messageId) {
  const Json error = Json().set("name", "Error").set("message", message);
  send("serverError", Json().set("error", error), messageId);
}

}  // namespace mailboat::webkit
