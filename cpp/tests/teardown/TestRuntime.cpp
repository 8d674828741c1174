#include "TestRuntime.h"

#include "console/Globals.h"

#include <react/bridging/LongLivedObject.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace mailboat::teardown {

namespace jsi = facebook::jsi;
using console::Clock;
using console::Console;
using console::ConsoleOptions;
using console::Ending;
using facebook::react::LongLivedObjectCollection;

namespace {

/// A call that never comes to an end fails after it.
constexpr auto kPatience = std::chrono::minutes(1);

constexpr auto kSchema =
    R"({"collections":[{"name":"notes","indexes":[["writer"]],"columns":[)"
    R"({"name":"writer","type":"integer"},{"name":"number","type":"integer"},{"name":"body","type":"text"}]}]})";

std::string programPath(const char* program) {
  return std::string(MAILBOAT_TEARDOWN_JS) + "/" + program;
}

std::uint32_t number(const jsi::Value& value) {
  return static_cast<std::uint32_t>(value.asNumber());
}

std::vector<std::uint32_t> numbers(jsi::Runtime& runtime, const jsi::Value& value) {
  const auto array = value.asObject(runtime).asArray(runtime);
  std::vector<std::uint32_t> numbers(array.size(runtime));
  for (std::size_t at = 0; at < numbers.size(); ++at) {
    numbers[at] = number(array.getValueAtIndex(runtime, at));
  }
  return numbers;
}

jsi::Value parsed(jsi::Runtime& runtime, const std::string& json) {
  return jsi::Value::createFromJsonUtf8(
      runtime, reinterpret_cast<const std::uint8_t*>(json.data()), json.size());
}

}  // namespace

void OutlivingModule::drop() {
  invoker->waitForNextTask(Clock::now() + dropAfter);
  module.reset();
}

Teardown TestRuntime::runAndDestroy(const RuntimePlan& plan) {
  const auto writer = setting_.ledger.beginWriter();
  const auto field = [](const char* name, std::uint32_t value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  const auto endsAt = plan.moment == Moment::insideTask ? plan.endsAt : UINT32_MAX;
  make(
      "{\"config\":" + config() + field("writer", writer) + field("maxWrites", Ledger::kMaxWrites) +
          field("seed", plan.seed) + field("writes", plan.writes) + field("watches", plan.watches) +
          field("answers", plan.answers ? 1 : 0) + field("endsAt", endsAt) + "}",
      setting_.withModule ? "program.js" : "control.js",
      plan.moduleOutlives);
  runTasks(plan);

  Teardown teardown;
  teardown.unsettled = number(console_->runtime().global().getProperty(console_->runtime(), "unsettled"));
  teardown.taskWaiting = invoker_ && invoker_->waitForTask(Clock::now());
  throwIfFailed();
  if (plan.collection == Collection::beforeModule) {
    LongLivedObjectCollection::get(console_->runtime()).clear();
  }
  if (plan.moduleOutlives && module_) {
    teardown.outliving.emplace(OutlivingModule{std::move(module_), std::move(invoker_), plan.dropAfter});
  }
  module_.reset();
  console_.reset();
  return teardown;
}

void TestRuntime::verify() {
  make(
      "{\"config\":" + config() + ",\"writers\":" + std::to_string(setting_.ledger.writers()) +
          ",\"maxWrites\":" + std::to_string(Ledger::kMaxWrites) + "}",
      "verify.js",
      false);
  console_->runUntil(Clock::now() + kPatience);
  throwIfFailed();
  if (!console_->ended()) {
    throw std::runtime_error("the file could not be read back in time");
  }
  module_.reset();
  console_.reset();
}

void TestRuntime::make(const std::string& plan, const char* program, bool moduleOutlives) {
  ConsoleOptions options;
  if (setting_.withModule && !moduleOutlives) {
    options.modules = [this](const std::string& name, const auto& queue) {
      return name == MailboatModule::kModuleName ? makeModule(queue) : nullptr;
    };
  }
  options.globals = [&](jsi::Runtime& runtime, const auto& queue) {
    runtime.global().setProperty(runtime, "plan", parsed(runtime, plan));
    addLedger(runtime);
    if (setting_.withModule && moduleOutlives) {
      // React Native's binding would keep a JSI value in the module's base class
      // (TurboModule::jsRepresentation_), and that must not outlive the runtime.
      runtime.global().setProperty(
          runtime, "mailboat", jsi::Object::createFromHostObject(runtime, makeModule(queue)));
    }
  };
  console_ = std::make_unique<Console>(std::move(options));
  console_->evaluate(console::Bundle::read(programPath(program)));
}

std::shared_ptr<MailboatModule> TestRuntime::makeModule(
    const std::shared_ptr<facebook::react::CallInvoker>& queue) {
  invoker_ = std::make_shared<CountedInvoker>(queue);
  module_ = std::make_shared<MailboatModule>(invoker_);
  return module_;
}

void TestRuntime::runTasks(const RuntimePlan& plan) {
  const auto deadline = Clock::now() + plan.time;
  const auto clearAt = plan.collection == Collection::midway ? plan.tasks / 2 : UINT32_MAX;
  for (std::uint32_t task = 0; task < plan.tasks; ++task) {
    if (task == clearAt) {
      LongLivedObjectCollection::get(console_->runtime()).clear();
    }
    if (!console_->turn(deadline)) {
      break;
    }
  }
  if (plan.moment == Moment::taskWaiting && invoker_ && !console_->ended()) {
    invoker_->waitForTask(Clock::now() + plan.time);
  }
}

void TestRuntime::addLedger(jsi::Runtime& runtime) {
  jsi::Object object(runtime);
  const auto add = [&](const char* name, unsigned parameters, auto body) {
    console::setFunction(
        runtime,
        object,
        name,
        parameters,
        [body](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, std::size_t) {
          return body(rt, args);
        });
  };
  Ledger& ledger = setting_.ledger;
  add("acknowledge", 2, [&ledger](jsi::Runtime&, const jsi::Value* args) {
    ledger.acknowledge(number(args[0]), number(args[1]));
    return jsi::Value();
  });
  add("take", 2, [&ledger](jsi::Runtime&, const jsi::Value* args) {
    return jsi::Value(ledger.take(number(args[0]), number(args[1])));
  });
  add("check", 2, [&ledger](jsi::Runtime& rt, const jsi::Value* args) {
    ledger.check(number(args[0]), numbers(rt, args[1]));
    return jsi::Value();
  });
  add("end", 0, [this](jsi::Runtime&, const jsi::Value*) {
    console_->end({Ending::Kind::finished, 0, ""});
    return jsi::Value();
  });
  runtime.global().setProperty(runtime, "ledger", object);
}

std::string TestRuntime::config() const {
  return R"({"path":")" + setting_.ledger.file() + R"(","durability":")" + setting_.durability +
         R"(","backend":{"kind":"javaScript"},"schema":)" + kSchema + "}";
}

void TestRuntime::throwIfFailed() const {
  if (console_->ending().kind == Ending::Kind::failed) {
    throw std::runtime_error(console_->ending().text);
  }
}

}  // namespace mailboat::teardown
