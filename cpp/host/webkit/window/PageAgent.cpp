#include "PageAgent.h"

#include "Owned.h"
#include "Snapshot.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

namespace mailboat::webkit {

namespace {

/// What the page posts its requests to: webkit.messageHandlers[channel].
constexpr const char* channel = "mailboatHands";

/// scripts/webkit.sh bundles the agent to a file beside this program.
std::string agentSource() {
  const auto file = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "agent.js";
  char* text = nullptr;
  Failure failure;
  if (!g_file_get_contents(file.c_str(), &text, nullptr, failure.slot())) {
    throw std::runtime_error("the Detox agent is missing: " + failure.text());
  }
  return OwnedText(text).get();
}

struct PendingCall {
  std::function<void(const PageAgent::Outcome&)> done;
};

void onCallEnded(GObject* view, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<PendingCall> call(static_cast<PendingCall*>(data));
  Failure failure;
  const Owned<JSCValue> value(webkit_web_view_call_async_javascript_function_finish(
      WEBKIT_WEB_VIEW(view), result, failure.slot()));
  if (!value) {
    call->done({false, {}, failure.text()});
    return;
  }
  const OwnedText text(jsc_value_to_string(value.get()));
  call->done({true, Json::parse(text.get()).value_or(Json()), ""});
}

}  // namespace

/// What the page awaits. It may be answered later; copies answer the same request.
class PageAgent::Reply {
 public:
  Reply(WebKitScriptMessageReply* reply, JSCValue* request)
      : reply_(webkit_script_message_reply_ref(reply), webkit_script_message_reply_unref),
        context_(share(jsc_value_get_context(request)).release(), Unref()) {}

  void answer(const Json& value) const {
    // In the context that the request came in: to make one and to destroy it, each time with
    // a virtual machine of its own, is what WebKit does not always survive.
    const Owned<JSCValue> text(jsc_value_new_string(context_.get(), value.text().c_str()));
    webkit_script_message_reply_return_value(reply_.get(), text.get());
  }

  void refuse(const std::string& why) const {
    webkit_script_message_reply_return_error_message(reply_.get(), why.c_str());
  }

 private:
  std::shared_ptr<WebKitScriptMessageReply> reply_;
  std::shared_ptr<JSCContext> context_;
};

PageAgent::PageAgent(Window& window, std::function<void()> onIdle)
    : window_(window),
      pointer_(window.viewWidget()),
      keyboard_(window.viewWidget()),
      onIdle_(std::move(onIdle)) {
  WebKitUserContentManager* const content = webkit_web_view_get_user_content_manager(window_.view());
  WebKitUserScript* const script = webkit_user_script_new(
      agentSource().c_str(),
      WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
      WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START,
      nullptr,
      nullptr);
  webkit_user_content_manager_add_script(content, script);
  webkit_user_script_unref(script);
  const std::string signal = std::string("script-message-with-reply-received::") + channel;
  g_signal_connect(content, signal.c_str(), G_CALLBACK(onRequest), this);
  webkit_user_content_manager_register_script_message_handler_with_reply(content, channel, nullptr);
}

PageAgent::~PageAgent() {
  g_signal_handlers_disconnect_by_data(webkit_web_view_get_user_content_manager(window_.view()), this);
}

void PageAgent::call(
    const char* method, const Json& argument, std::function<void(const Outcome&)> done) {
  GVariantBuilder arguments;
  g_variant_builder_init(&arguments, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add(&arguments, "{sv}", "method", g_variant_new_string(method));
  g_variant_builder_add(&arguments, "{sv}", "argument", g_variant_new_string(argument.text().c_str()));
  webkit_web_view_call_async_javascript_function(
      window_.view(),
      "return JSON.stringify((await detoxAgent[method](JSON.parse(argument))) ?? {});",
      -1,
      g_variant_builder_end(&arguments),
      nullptr,
      nullptr,
      nullptr,
      onCallEnded,
      new PendingCall{std::move(done)});
}

gboolean PageAgent::onRequest(
    WebKitUserContentManager* /*content*/,
    JSCValue* value,
    WebKitScriptMessageReply* messageReply,
    PageAgent* self) {
  const OwnedText text(jsc_value_to_string(value));
  const Reply reply(messageReply, value);
  if (const auto request = Json::parse(text.get())) {
    self->serve(*request, reply);
  } else {
    reply.refuse("a request must be a JSON object");
  }
  return TRUE;
}

void PageAgent::serve(const Json& request, const Reply& reply) {
  const std::string what = request.string("do");
  const double x = request.number("x");
  const double y = request.number("y");
  Json answered;
  if (what == "press") {
    pointer_.press(x, y);
  } else if (what == "release") {
    pointer_.release(x, y);
  } else if (what == "scroll") {
    pointer_.scroll(x, y, request.number("right"), request.number("down"));
  } else if (what == "type") {
    answered.set("keys", keyboard_.type(request.string("text")));
  } else if (what == "snapshot") {
    takeElementSnapshot(request, reply);
    return;
  } else if (what == "idle") {
    onIdle_();
  } else {
    reply.refuse("the window cannot " + what);
    return;
  }
  reply.answer(answered);
}

void PageAgent::takeElementSnapshot(const Json& request, const Reply& reply) {
  const std::string name =
      "mailboat-element-" + std::to_string(getpid()) + "-" + std::to_string(++pictures_) + ".png";
  const std::string path = std::filesystem::temp_directory_path() / name;
  const Area area{
      request.number("x"), request.number("y"), request.number("width"), request.number("height")};
  takeSnapshot(window_.view(), area, path, [reply, path](const std::optional<std::string>& error) {
    if (error) {
      reply.refuse(*error);
    } else {
      reply.answer(Json().set("screenshotPath", path));
    }
  });
}

}  // namespace mailboat::webkit
