#include "Scenarios.h"

#include <exception>
#include <utility>

namespace mailboat::console {

using namespace facebook;

namespace {

/// The life of one scenario's runtime, on its thread.
Ending live(
    const ConsoleOptions& options,
    const Scenario& scenario,
    const Bundle& bundle,
    const std::shared_ptr<TaskQueue>& queue) {
  try {
    Console console(options, scenario, queue);
    console.evaluate(bundle);
    return console.run();
  } catch (const std::exception& error) {
    return {Ending::Kind::failed, 0, error.what()};
  }
}

}  // namespace

Scenarios::Scenarios(ConsoleOptions options, std::shared_ptr<TaskQueue> queue)
    : options_(std::move(options)), queue_(std::move(queue)) {}

jsi::Value Scenarios::run(jsi::Runtime& runtime, Scenario scenario) {
  auto executor = jsi::Function::createFromHostFunction(
      runtime,
      jsi::PropNameID::forAscii(runtime, "executor"),
      2,
      [this, scenario = std::move(scenario)](
          jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, size_t) {
        start(args[0].asObject(rt).asFunction(rt), args[1].asObject(rt).asFunction(rt), scenario);
        return jsi::Value();
      });
  return runtime.global().getPropertyAsFunction(runtime, "Promise").callAsConstructor(runtime, executor);
}

void Scenarios::start(jsi::Function resolve, jsi::Function reject, Scenario scenario) {
  const Id id = ++lastId_;
  auto queue = std::make_shared<TaskQueue>();
  std::thread thread([weak = weak_from_this(),
                      home = queue_,
                      id,
                      options = options_,
                      scenario = std::move(scenario),
                      bundle = bundle_,
                      queue] {
    const Ending ending = live(options, scenario, bundle, queue);
    home->invokeAsync([weak, id, ending](jsi::Runtime& runtime) {
      if (const auto scenarios = weak.lock()) {
        scenarios->settle(runtime, id, ending);
      }
    });
  });
  running_.emplace(id, Running{std::move(resolve), std::move(reject), std::move(queue), std::move(thread)});
}

void Scenarios::settle(jsi::Runtime& runtime, Id id, const Ending& ending) {
  auto node = running_.extract(id);
  if (node.empty()) {
    return;
  }
  Running& scenario = node.mapped();
  // To put this task into the queue was the last thing it did.
  scenario.thread.join();
  if (ending.kind == Ending::Kind::finished) {
    scenario.resolve.call(runtime, jsi::String::createFromUtf8(runtime, ending.text));
  } else {
    scenario.reject.call(runtime, jsi::JSError(runtime, "the scenario failed: " + ending.text).value());
  }
}

void Scenarios::abandon() {
  for (auto& [id, scenario] : running_) {
    scenario.queue->stop();
  }
  for (auto& [id, scenario] : running_) {
    scenario.thread.join();
  }
  running_.clear();
}

}  // namespace mailboat::console
