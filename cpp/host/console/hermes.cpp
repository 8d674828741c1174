// The console host's engine when it is Hermes: the one that phones run. It keeps
// promise jobs in a queue that the host drains, as React Native's hosts do.
#include "JavaScriptEngine.h"

#include <hermes/hermes.h>

#include <utility>

namespace mailboat::console {

using namespace facebook;

std::unique_ptr<jsi::Runtime> makeRuntime() {
  // What React Native asks for in HermesInstance.cpp, but for the profiler.
  return facebook::hermes::makeHermesRuntime(::hermes::vm::RuntimeConfig::Builder()
                                                 .withGCConfig(::hermes::vm::GCConfig::Builder()
                                                                   .withMaxHeapSize(3072U << 20U)
                                                                   .withName("MailboatConsole")
                                                                   .build())
                                                 .withMicrotaskQueue(true)
                                                 .build());
}

namespace {

class HermesEngine final : public JavaScriptEngine {
 public:
  explicit HermesEngine(UncaughtHandler uncaught)
      : JavaScriptEngine(std::move(uncaught)), runtime_(makeRuntime()) {}

  jsi::Runtime& runtime() override { return *runtime_; }

  std::string name() override {
    const jsi::Object properties = internal()
                                       .getPropertyAsFunction(*runtime_, "getRuntimeProperties")
                                       .call(*runtime_)
                                       .asObject(*runtime_);
    const auto property = [&](const char* key) {
      return properties.getProperty(*runtime_, key).toString(*runtime_).utf8(*runtime_);
    };
    return "Hermes " + property("OSS Release Version") + " (" + property("Build") + ", bytecode version " +
           property("Bytecode Version") + ")";
  }

  void run(const Task& task) override {
    guard([&] { task(*runtime_); });
    drainMicrotasks();
  }

  void queueMicrotask(jsi::Function callback) override { runtime_->queueMicrotask(callback); }

  void trackRejections() override {
    jsi::Runtime& runtime = *runtime_;
    jsi::Object options(runtime);
    options.setProperty(runtime, "allRejections", true);
    options.setProperty(runtime, "onUnhandled", rejectionHandler());
    internal().getPropertyAsFunction(runtime, "enablePromiseRejectionTracker").call(runtime, options);
  }

 private:
  jsi::Object internal() { return runtime_->global().getPropertyAsObject(*runtime_, "HermesInternal"); }

  std::unique_ptr<jsi::Runtime> runtime_;
};

}  // namespace

std::unique_ptr<JavaScriptEngine> JavaScriptEngine::make(UncaughtHandler uncaught) {
  return std::make_unique<HermesEngine>(std::move(uncaught));
}

}  // namespace mailboat::console
