#include "JavaScriptEngine.h"

#include <exception>
#include <utility>

namespace mailboat::console {

using namespace facebook;

std::string describe(const jsi::JSError& error) {
  const std::string& message = error.getMessage();
  const std::string& stack = error.getStack();
  // Hermes begins the stack with the message, JavaScriptCore does not.
  return stack.find(message) == std::string::npos ? message + "\n" + stack : stack;
}

void JavaScriptEngine::guard(const std::function<void()>& body) {
  try {
    body();
  } catch (const jsi::JSError& error) {
    uncaught_(describe(error));
  } catch (const std::exception& error) {
    uncaught_(std::string("C++ exception: ") + error.what());
  }
}

void JavaScriptEngine::drainMicrotasks() {
  // One that throws ends the draining; those behind it still have to run.
  for (bool drained = false; !drained;) {
    guard([&] { drained = runtime().drainMicrotasks(); });
  }
}

void JavaScriptEngine::reportThrown(const char* what, const jsi::Value& thrown) {
  // JSError reads message and stack of a value, also of one that is no Error.
  const jsi::JSError error(runtime(), jsi::Value(runtime(), thrown));
  uncaught_(std::string(what) + describe(error));
}

jsi::Function JavaScriptEngine::rejectionHandler() {
  return jsi::Function::createFromHostFunction(
      runtime(),
      jsi::PropNameID::forAscii(runtime(), "onUnhandledRejection"),
      2,
      [this](jsi::Runtime&, const jsi::Value&, const jsi::Value* args, size_t count) {
        if (count > 1) {
          reportThrown("unhandled rejection: ", args[1]);
        }
        return jsi::Value();
      });
}

}  // namespace mailboat::console
