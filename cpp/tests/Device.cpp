#include "Device.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace mailboat::tests {

namespace jsi = facebook::jsi;

namespace {

/// A test that hangs fails after it.
constexpr auto kPatience = std::chrono::minutes(1);

jsi::Value makeDone(jsi::Runtime& runtime, std::shared_ptr<std::string> result) {
  auto done = [result](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* values, std::size_t count) {
    *result = count == 0 ? "undefined" : values[0].toString(rt).utf8(rt);
    return jsi::Value::undefined();
  };
  return jsi::Function::createFromHostFunction(runtime, jsi::PropNameID::forAscii(runtime, "done"), 1, std::move(done));
}

} // namespace

Runtime::Runtime(std::string file)
    : module_(std::make_shared<std::shared_ptr<MailboatModule>>()), result_(std::make_shared<std::string>()) {
  console::ConsoleOptions options;
  options.args = {std::move(file)};
  options.globals = [module = module_, result = result_](jsi::Runtime& runtime, const auto& invoker) {
    *module = std::make_shared<MailboatModule>(invoker);
    runtime.global().setProperty(runtime, "mailboat", jsi::Object::createFromHostObject(runtime, *module));
    runtime.global().setProperty(runtime, "done", makeDone(runtime, result));
  };
  console_ = std::make_unique<console::Console>(std::move(options));
  console_->evaluate(console::Bundle::read(MAILBOAT_TEST_PRELUDE));
}

std::string Runtime::run(const std::string& javaScript) {
  result_->clear();
  begin(javaScript);
  const auto deadline = console::Clock::now() + kPatience;
  while (result_->empty() && console_->turn(deadline)) {
  }
  EXPECT_NE(console_->ending().kind, console::Ending::Kind::failed) << console_->ending().text;
  EXPECT_FALSE(result_->empty()) << "done() was not called";
  return *result_;
}

void Runtime::begin(const std::string& javaScript) {
  console_->evaluate(console::Bundle::fromText("(async () => {" + javaScript + "\n})();", "test.js"));
}

void Runtime::end() {
  console_.reset();
}

} // namespace mailboat::tests
