#include "Floor.h"

#include "RawSqlite.h"
#include "Worker.h"

#include <console/Globals.h>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace mailboat::bench {

using namespace facebook;
using console::setFunction;

namespace {

using Clock = std::chrono::steady_clock;

double microsecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// A thread and the way back from it, one round trip at a time. JavaScript's host
/// functions own it, and its callback never leaves the JavaScript thread.
class RoundTrip : public std::enable_shared_from_this<RoundTrip> {
 public:
  explicit RoundTrip(std::shared_ptr<react::CallInvoker> invoker) : invoker_(std::move(invoker)) {}

  /// Does the job on the other thread, then calls back with the microseconds of the way
  /// back, or with the sentence of what the job threw.
  void start(jsi::Function callback, Worker::Job job) {
    callback_ = std::move(callback);
    worker_.post([weak = weak_from_this(), invoker = invoker_, job = std::move(job)] {
      std::string failure;
      try {
        job();
      } catch (const std::exception& error) {
        failure = error.what();
      }
      invoker->invokeAsync([weak, left = Clock::now(), failure](jsi::Runtime& runtime) {
        const double tookUs = microsecondsSince(left);
        if (const auto trip = weak.lock()) {
          trip->finish(runtime, tookUs, failure);
        }
      });
    });
  }

 private:
  void finish(jsi::Runtime& runtime, double tookUs, const std::string& failure) {
    const jsi::Function callback = std::move(*callback_);
    callback_.reset();
    if (failure.empty()) {
      callback.call(runtime, tookUs);
    } else {
      callback.call(runtime, jsi::String::createFromUtf8(runtime, failure));
    }
  }

  std::shared_ptr<react::CallInvoker> invoker_;
  std::optional<jsi::Function> callback_;
  // Last: its thread ends before what its jobs use.
  Worker worker_;
};

std::string textAt(jsi::Runtime& runtime, const jsi::Value& object, const char* name) {
  return object.asObject(runtime).getProperty(runtime, name).asString(runtime).utf8(runtime);
}

jsi::Function functionOf(jsi::Runtime& runtime, const jsi::Value& value) {
  return value.asObject(runtime).asFunction(runtime);
}

Message messageOf(jsi::Runtime& runtime, const jsi::Value* args) {
  return {
      args[0].asString(runtime).utf8(runtime),
      args[1].asString(runtime).utf8(runtime),
      args[2].asString(runtime).utf8(runtime),
      static_cast<std::int64_t>(args[3].asNumber())};
}

/// A host function with a database; `parameters` is also how many arguments it needs.
template <typename Body>
void addCall(jsi::Runtime& runtime, jsi::Object& object, const char* name, unsigned parameters, Body body) {
  setFunction(
      runtime,
      object,
      name,
      parameters,
      [name, parameters, body](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, size_t count) {
        if (count < parameters) {
          throw jsi::JSError(rt, std::string("floor.") + name + ": too few arguments");
        }
        return jsi::Value(body(rt, args));
      });
}

jsi::Object openDatabase(
    jsi::Runtime& runtime, const std::shared_ptr<RoundTrip>& trip, const jsi::Value* args) {
  const Statements statements{
      textAt(runtime, args[1], "pragmas"),
      textAt(runtime, args[1], "entry"),
      textAt(runtime, args[1], "lane"),
      textAt(runtime, args[1], "message"),
      textAt(runtime, args[1], "window")};
  // All functions share it, so that close() leaves nothing open for the others.
  const auto database = std::make_shared<std::shared_ptr<RawSqlite>>(
      std::make_shared<RawSqlite>(args[0].asString(runtime).utf8(runtime), statements));

  jsi::Object object(runtime);
  addCall(runtime, object, "commit", 5, [database, trip](jsi::Runtime& rt, const jsi::Value* args) {
    trip->start(functionOf(rt, args[4]), [sqlite = *database, message = messageOf(rt, args)] {
      sqlite->send(message);
    });
    return jsi::Value();
  });
  addCall(runtime, object, "read", 1, [database](jsi::Runtime& rt, const jsi::Value* args) {
    return (*database)->readWindow(args[0].asString(rt).utf8(rt));
  });
  addCall(runtime, object, "pragma", 1, [database](jsi::Runtime& rt, const jsi::Value* args) {
    const auto answer = (*database)->pragma(args[0].asString(rt).utf8(rt));
    return jsi::Value(jsi::String::createFromUtf8(rt, answer));
  });
  addCall(runtime, object, "close", 0, [database](jsi::Runtime&, const jsi::Value*) {
    database->reset();
    return jsi::Value();
  });
  return object;
}

}  // namespace

void installFloor(jsi::Runtime& runtime, const std::shared_ptr<react::CallInvoker>& invoker) {
  const auto trip = std::make_shared<RoundTrip>(invoker);
  jsi::Object floor(runtime);
  setFunction(runtime, floor, "empty", 0, [](jsi::Runtime&, const jsi::Value&, const jsi::Value*, size_t) {
    return jsi::Value();
  });
  addCall(runtime, floor, "hop", 1, [trip](jsi::Runtime& rt, const jsi::Value* args) {
    trip->start(functionOf(rt, args[0]), [] {});
    return jsi::Value();
  });
  addCall(runtime, floor, "open", 2, [trip](jsi::Runtime& rt, const jsi::Value* args) {
    return openDatabase(rt, trip, args);
  });
  runtime.global().setProperty(runtime, "floor", floor);
}

}  // namespace mailboat::bench
