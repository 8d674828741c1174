#include "App.h"

#include "EventOutput.h"
#include "Snapshot.h"

namespace mailboat::webkit {

namespace {

/// What a shell says of a process that died of a segmentation fault: the app has crashed.
constexpr int crashed = 139;

constexpr double usPerMs = 1'000;

}  // namespace

App::App(const Options& options)
    : window_(options, windowEvents()),
      input_([this](const Json& command) { obey(command); }, [this] { end(0); }) {
  const std::string server = options.launchArgs.string("detoxServer");
  const std::string session = options.launchArgs.string("detoxSessionId");
  if (!server.empty() && !session.empty()) {
    agent_.emplace(window_, [this] { onIdle(); });
    detox_.emplace(server, session, window_, *agent_);
  }
  window_.show();
  if (detox_) {
    window_.holdFocus();
  }
  window_.start();
}

int App::run() {
  gtk_main();
  return status_;
}

WindowEvents App::windowEvents() {
  return {
      [this] { onLoaded(); },
      [](const std::string& level, const std::string& text) {
        EventOutput::say(EventOutput::named("console").set("level", level).set("text", text));
      },
      [this](const std::string& reason) { onPageGone(reason); },
      [this] { end(0); },
  };
}

void App::obey(const Json& command) {
  const std::string what = command.string("do");
  if (what == "show") {
    window_.show();
    EventOutput::say(EventOutput::named("shown"));
  } else if (what == "hide") {
    window_.hide();
    EventOutput::say(EventOutput::named("hidden"));
  } else if (what == "screenshot") {
    takeScreenshot(command.string("path"));
  } else if (what == "census") {
    tellCensus();
  } else if (what == "quit") {
    end(0);
  } else {
    g_printerr("mailboat-window: unknown command: %s\n", command.text().c_str());
  }
}

void App::takeScreenshot(const std::string& path) {
  takeSnapshot(window_.view(), std::nullopt, path, [path](const std::optional<std::string>& error) {
    Json event = EventOutput::named("screenshot").set("path", path);
    if (error) {
      event.set("error", *error);
    }
    EventOutput::say(event);
  });
}

void App::tellCensus() {
  const auto onAnswer = +[](GObject* view, GAsyncResult* result, gpointer) {
    Failure failure;
    const Owned<WebKitUserMessage> reply(
        webkit_web_view_send_message_to_page_finish(WEBKIT_WEB_VIEW(view), result, failure.slot()));
    if (!reply) {
      g_printerr("mailboat-window: no census: %s\n", failure.text().c_str());
      return;
    }
    guint32 begun = 0;
    guint32 runtimes = 0;
    guint32 modules = 0;
    guint32 hostValues = 0;
    g_variant_get(
        webkit_user_message_get_parameters(reply.get()), "(uuuu)", &begun, &runtimes, &modules, &hostValues);
    EventOutput::say(EventOutput::named("census")
                         .set("begun", begun)
                         .set("runtimes", runtimes)
                         .set("modules", modules)
                         .set("hostValues", hostValues));
  };
  webkit_web_view_send_message_to_page(
      window_.view(), webkit_user_message_new("census", nullptr), nullptr, onAnswer, nullptr);
}

void App::onLoaded() {
  if (agent_) {
    return;
  }
  const auto onDrawn = +[](GObject* view, GAsyncResult* result, gpointer self) {
    Failure failure;
    const Owned<JSCValue> value(webkit_web_view_call_async_javascript_function_finish(
        WEBKIT_WEB_VIEW(view), result, failure.slot()));
    if (value) {
      static_cast<App*>(self)->onIdle();
    }
  };
  webkit_web_view_call_async_javascript_function(
      window_.view(),
      "await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))",
      -1,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      onDrawn,
      this);
}

void App::onIdle() {
  if (!ready_) {
    ready_ = true;
    const double afterMs = static_cast<double>(g_get_monotonic_time() - startUs_) / usPerMs;
    EventOutput::say(EventOutput::named("ready").set("afterMs", afterMs));
  }
  if (detox_) {
    detox_->becomeReady();
  }
}

void App::onPageGone(const std::string& reason) {
  EventOutput::say(EventOutput::named("pageGone").set("reason", reason));
  if (detox_) {
    detox_->sayCrashed("the web process " + reason);
  }
  end(crashed);
}

void App::end(int status) {
  status_ = status;
  gtk_main_quit();
}

}  // namespace mailboat::webkit
