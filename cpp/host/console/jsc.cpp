// The console host's engine when it is JavaScriptCore, behind React Native's own
// JSCRuntime. JavaScriptCore runs promise jobs by itself, whenever the outermost
// call into it returns; here that call is a whole task.
#include "JavaScriptEngine.h"

#include "javascriptcore/ExactTextRuntime.h"

#include <jsc/jsc.h>

#include <optional>
#include <string>
#include <utility>

// Exported by the library, declared in a header that is not installed
// (JSContextRefPrivate.h). Calls `function` with (promise, reason) after the jobs.
extern "C" void JSGlobalContextSetUnhandledRejectionCallback(
    JSGlobalContextRef context, JSObjectRef function, JSValueRef* exception);

namespace mailboat::console {

using namespace facebook;
using host::ExactTextRuntime;

namespace {

std::unique_ptr<ExactTextRuntime> makeExactTextRuntime() {
  JSGlobalContextRef context = JSGlobalContextCreateInGroup(nullptr, nullptr);
  auto runtime = std::make_unique<ExactTextRuntime>(context);
  JSGlobalContextRelease(context);
  return runtime;
}

class JavaScriptCoreEngine final : public JavaScriptEngine {
 public:
  explicit JavaScriptCoreEngine(UncaughtHandler uncaught)
      : JavaScriptEngine(std::move(uncaught)), runtime_(makeExactTextRuntime()) {
    runCurrent_ = hostFunction(
        "task", [this](const jsi::Value*, size_t) { guard([this] { (*current_)(*runtime_); }); });
    const jsi::Function onError =
        hostFunction("reportError", [this](const jsi::Value* args, size_t) { reportThrown("", args[0]); });
    // Through a promise, so that it keeps its place among the promises' jobs:
    // JSCRuntime's own queue would come behind all of them.
    enqueue_ = evaluate(
                   "(onError) => {"
                   "  const resolved = Promise.resolve();"
                   "  return (job) => { resolved.then(() => job()).catch(onError); };"
                   "}")
                   .asObject(*runtime_)
                   .asFunction(*runtime_)
                   .call(*runtime_, onError)
                   .asObject(*runtime_)
                   .asFunction(*runtime_);
  }

  jsi::Runtime& runtime() override { return *runtime_; }

  std::string name() override {
    return "JavaScriptCore of WebKitGTK " + std::to_string(jsc_get_major_version()) + "." +
           std::to_string(jsc_get_minor_version()) + "." + std::to_string(jsc_get_micro_version());
  }

  void run(const Task& task) override {
    // Inside a JavaScript call the engine holds its jobs back; without this frame
    // it would run them between two JSI calls of the same task.
    current_ = &task;
    guard([this] { runCurrent_->call(*runtime_); });
    current_ = nullptr;
    // What C++ has put into JSI's own queue: JavaScriptCore does not know of it.
    drainMicrotasks();
  }

  void queueMicrotask(jsi::Function callback) override { enqueue_->call(*runtime_, callback); }

  void trackRejections() override {
    const jsi::Value function(*runtime_, rejectionHandler());
    const JSGlobalContextRef context = runtime_->getContext();
    JSGlobalContextSetUnhandledRejectionCallback(
        context, JSValueToObject(context, runtime_->valueRef(function), nullptr), nullptr);
  }

 private:
  using Body = std::function<void(const jsi::Value* args, size_t count)>;

  jsi::Function hostFunction(const char* name, Body body) {
    return jsi::Function::createFromHostFunction(
        *runtime_,
        jsi::PropNameID::forAscii(*runtime_, name),
        0,
        [body = std::move(body)](jsi::Runtime&, const jsi::Value&, const jsi::Value* args, size_t count) {
          body(args, count);
          return jsi::Value();
        });
  }

  jsi::Value evaluate(const char* source) {
    return runtime_->evaluateJavaScript(std::make_shared<jsi::StringBuffer>(source), "mailboat-console");
  }

  // The functions go before the runtime: they are its values.
  std::unique_ptr<ExactTextRuntime> runtime_;
  std::optional<jsi::Function> runCurrent_;
  std::optional<jsi::Function> enqueue_;
  const Task* current_ = nullptr;
};

}  // namespace

std::unique_ptr<jsi::Runtime> makeRuntime() {
  return makeExactTextRuntime();
}

std::unique_ptr<JavaScriptEngine> JavaScriptEngine::make(UncaughtHandler uncaught) {
  return std::make_unique<JavaScriptCoreEngine>(std::move(uncaught));
}

}  // namespace mailboat::console
