#include "Console.h"

#include "Globals.h"
#include "Scenarios.h"

#include <react/bridging/LongLivedObject.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace mailboat::console {

using namespace facebook;

namespace {

std::string textAt(
    jsi::Runtime& runtime, const char* caller, const jsi::Value* args, size_t count, size_t index) {
  if (index >= count || !args[index].isString()) {
    const auto position = std::to_string(index + 1);
    throw jsi::JSError(runtime, std::string(caller) + ": argument " + position + " must be a string");
  }
  return args[index].getString(runtime).utf8(runtime);
}

}  // namespace

Bundle Bundle::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // Through the stream, not its buffer: a folder is a failure then, no exception.
  for (std::array<char, 65536> block; file.good();) {
    file.read(block.data(), block.size());
    text.write(block.data(), file.gcount());
  }
  if (!file.is_open() || file.bad()) {
    throw std::runtime_error("cannot read " + path);
  }
  return fromText(text.str(), path);
}

Bundle Bundle::fromText(std::string text, std::string url) {
  return {std::make_shared<jsi::StringBuffer>(std::move(text)), std::move(url)};
}

Console::Console(ConsoleOptions options, std::optional<Scenario> scenario, std::shared_ptr<TaskQueue> queue)
    : options_(std::move(options)),
      scenario_(std::move(scenario)),
      queue_(std::move(queue)),
      timers_(*queue_),
      modules_(options_.modules, queue_),
      scenarios_(std::make_shared<Scenarios>(options_, queue_)),
      engine_(JavaScriptEngine::make([this](std::string error) { fail(std::move(error)); })) {
  installGlobals(*engine_, timers_);
  engine_->trackRejections();
  modules_.install(runtime());
  installConsoleHost();
  if (options_.globals) {
    options_.globals(runtime(), queue_);
  }
}

Console::~Console() {
  // No task comes in any more, and none that waits will run. Then what holds the
  // runtime's values, then the modules as on a phone: references of the provider,
  // callbacks that native code still has, and the runtime with what JavaScript has.
  queue_->stop();
  queue_->clear();
  scenarios_->abandon();
  timers_.clear();
  modules_.clear();
  react::LongLivedObjectCollection::get(runtime()).clear();
  engine_.reset();
}

void Console::evaluate(const Bundle& bundle) {
  scenarios_->setBundle(bundle);
  engine_->run([&](jsi::Runtime& runtime) { runtime.evaluateJavaScript(bundle.source, bundle.url); });
}

bool Console::turn(Clock::time_point deadline) {
  for (;;) {
    const auto nextTimer = timers_.queueDue(Clock::now());
    const auto task = queue_->take(std::min(deadline, nextTimer));
    if (task) {
      engine_->run(*task);
      return true;
    }
    // Nothing came: either a timer is due now, or this is the end of the wait.
    if (queue_->stopped() || nextTimer >= deadline) {
      return false;
    }
  }
}

void Console::runUntil(Clock::time_point deadline) {
  while (Clock::now() < deadline && turn(deadline)) {
  }
}

const Ending& Console::run() {
  while (turn(Clock::time_point::max())) {
  }
  return ending_;
}

void Console::end(Ending ending) {
  if (ending_.kind != Ending::Kind::failed) {
    ending_ = std::move(ending);
  }
  queue_->stop();
}

void Console::fail(std::string error) {
  // One task can leave several errors; the later ones are told with the first.
  if (ending_.kind == Ending::Kind::failed) {
    ending_.text += "\n" + error;
    return;
  }
  end({Ending::Kind::failed, 0, std::move(error)});
}

void Console::installConsoleHost() {
  jsi::Runtime& rt = runtime();
  jsi::Object host(rt);
  host.setProperty(rt, "engine", jsi::String::createFromUtf8(rt, engineName()));
  jsi::Array args(rt, options_.args.size());
  for (size_t i = 0; i < options_.args.size(); ++i) {
    args.setValueAtIndex(rt, i, jsi::String::createFromUtf8(rt, options_.args[i]));
  }
  host.setProperty(rt, "args", args);
  setFunction(
      rt,
      host,
      "runInNewRuntime",
      2,
      [this](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, size_t count) {
        return scenarios_->run(
            runtime,
            {textAt(runtime, "runInNewRuntime", values, count, 0),
             textAt(runtime, "runInNewRuntime", values, count, 1)});
      });
  if (scenario_) {
    installScenario(host);
  } else {
    installExit(host);
  }
  rt.global().setProperty(rt, "consoleHost", host);
}

void Console::installExit(jsi::Object& host) {
  jsi::Runtime& rt = runtime();
  host.setProperty(rt, "scenario", jsi::Value::null());
  setFunction(
      rt, host, "exit", 1, [this](jsi::Runtime&, const jsi::Value&, const jsi::Value* values, size_t count) {
        // What a process can say; fmin also takes care of NaN.
        const double code = count > 0 ? std::fmax(0, std::fmin(255, values[0].asNumber())) : 0;
        end({Ending::Kind::exited, static_cast<int>(code), ""});
        return jsi::Value();
      });
}

void Console::installScenario(jsi::Object& host) {
  jsi::Runtime& rt = runtime();
  jsi::Object scenario(rt);
  scenario.setProperty(rt, "name", jsi::String::createFromUtf8(rt, scenario_->name));
  scenario.setProperty(rt, "arg", jsi::String::createFromUtf8(rt, scenario_->arg));
  host.setProperty(rt, "scenario", scenario);
  setFunction(
      rt,
      host,
      "finish",
      1,
      [this](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, size_t count) {
        end({Ending::Kind::finished, 0, textAt(runtime, "finish", values, count, 0)});
        return jsi::Value();
      });
}

}  // namespace mailboat::console
