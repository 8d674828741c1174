#include "Globals.h"

#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace mailboat::console {

using namespace facebook;

namespace {

/// What console.log shows of a value: text as it is, errors with their stack,
/// other objects as JSON where they have any.
std::string display(jsi::Runtime& runtime, const jsi::Value& value) {
  if (value.isSymbol()) {
    return value.getSymbol(runtime).toString(runtime);
  }
  if (!value.isObject()) {
    return value.toString(runtime).utf8(runtime);
  }
  const jsi::Object object = value.getObject(runtime);
  if (object.getProperty(runtime, "stack").isString()) {
    return describe(jsi::JSError(runtime, jsi::Value(runtime, value)));
  }
  try {
    const jsi::Value json = runtime.global()
                                .getPropertyAsObject(runtime, "JSON")
                                .getPropertyAsFunction(runtime, "stringify")
                                .call(runtime, value);
    return (json.isString() ? json : value).toString(runtime).utf8(runtime);
  } catch (const jsi::JSError&) {
    // Such as a circle of objects.
    return value.toString(runtime).utf8(runtime);
  }
}

jsi::HostFunctionType printer(FILE* stream) {
  return [stream](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* args, size_t count) {
    std::string line;
    for (size_t i = 0; i < count; ++i) {
      line += (i == 0 ? "" : " ") + display(runtime, args[i]);
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stream);
    std::fflush(stream);
    return jsi::Value();
  };
}

void installConsole(jsi::Runtime& runtime) {
  jsi::Object console(runtime);
  setFunction(runtime, console, "log", 0, printer(stdout));
  setFunction(runtime, console, "warn", 0, printer(stderr));
  setFunction(runtime, console, "error", 0, printer(stderr));
  runtime.global().setProperty(runtime, "console", console);
}

jsi::Function functionAt(jsi::Runtime& runtime, const char* caller, const jsi::Value* args, size_t count) {
  if (count == 0 || !args[0].isObject() || !args[0].getObject(runtime).isFunction(runtime)) {
    throw jsi::JSError(runtime, std::string(caller) + ": the first argument must be a function");
  }
  return args[0].getObject(runtime).getFunction(runtime);
}

std::vector<jsi::Value> argsFrom(jsi::Runtime& runtime, const jsi::Value* args, size_t count, size_t first) {
  std::vector<jsi::Value> copies;
  for (size_t i = first; i < count; ++i) {
    copies.emplace_back(runtime, args[i]);
  }
  return copies;
}

void installTimers(jsi::Runtime& runtime, Timers& timers) {
  jsi::Object global = runtime.global();
  setFunction(
      runtime,
      global,
      "setTimeout",
      2,
      [&timers](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, size_t count) {
        const double delayMs = count > 1 && args[1].isNumber() ? args[1].getNumber() : 0;
        return jsi::Value(static_cast<double>(timers.set(
            functionAt(rt, "setTimeout", args, count), argsFrom(rt, args, count, 2), delayMs, Clock::now())));
      });
  setFunction(
      runtime,
      global,
      "setImmediate",
      1,
      [&timers](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, size_t count) {
        return jsi::Value(static_cast<double>(
            timers.setImmediate(functionAt(rt, "setImmediate", args, count), argsFrom(rt, args, count, 1))));
      });
  const auto cancel = [&timers](jsi::Runtime&, const jsi::Value&, const jsi::Value* args, size_t count) {
    // Any value may come here; only ids are numbers that a timer can have.
    const double id = count > 0 && args[0].isNumber() ? args[0].getNumber() : 0;
    if (id >= 1 && id <= std::numeric_limits<Timers::Id>::max()) {
      timers.cancel(static_cast<Timers::Id>(id));
    }
    return jsi::Value();
  };
  setFunction(runtime, global, "clearTimeout", 1, cancel);
  setFunction(runtime, global, "clearImmediate", 1, cancel);
}

void installPerformance(jsi::Runtime& runtime) {
  jsi::Object performance(runtime);
  setFunction(
      runtime,
      performance,
      "now",
      0,
      [origin = Clock::now()](jsi::Runtime&, const jsi::Value&, const jsi::Value*, size_t) {
        const std::chrono::duration<double, std::milli> since = Clock::now() - origin;
        return jsi::Value(since.count());
      });
  runtime.global().setProperty(runtime, "performance", performance);
}

}  // namespace

void setFunction(
    jsi::Runtime& runtime,
    jsi::Object& object,
    const char* name,
    unsigned parameters,
    jsi::HostFunctionType body) {
  object.setProperty(
      runtime,
      name,
      jsi::Function::createFromHostFunction(
          runtime, jsi::PropNameID::forAscii(runtime, name), parameters, std::move(body)));
}

void installGlobals(JavaScriptEngine& engine, Timers& timers) {
  jsi::Runtime& runtime = engine.runtime();
  jsi::Object global = runtime.global();
  installConsole(runtime);
  installTimers(runtime, timers);
  installPerformance(runtime);
  setFunction(
      runtime,
      global,
      "queueMicrotask",
      1,
      [&engine](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, size_t count) {
        engine.queueMicrotask(functionAt(rt, "queueMicrotask", args, count));
        return jsi::Value();
      });
}

}  // namespace mailboat::console
