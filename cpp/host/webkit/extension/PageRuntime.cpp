#include "PageRuntime.h"

#include "MailboatModule.h"
#include "MainLoopInvoker.h"
#include "SeverableRuntime.h"
#include "modules/ModuleRegistry.h"

#include <react/bridging/LongLivedObject.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <vector>

namespace mailboat::webkit {

using namespace facebook;

namespace {

/// Counts for census(). All of it on the main thread.
std::uint32_t runtimesBegun = 0;
std::uint32_t runtimesAlive = 0;
std::vector<std::weak_ptr<MailboatModule>> modulesMade;

std::shared_ptr<react::TurboModule> makeModule(
    const std::string& name, const std::shared_ptr<react::CallInvoker>& invoker) {
  if (name != MailboatModule::kModuleName) {
    return nullptr;
  }
  auto module = std::make_shared<MailboatModule>(invoker);
  modulesMade.push_back(module);
  return module;
}

jsi::Value fromJson(jsi::Runtime& runtime, const std::string& json) {
  return jsi::Value::createFromJsonUtf8(
      runtime, reinterpret_cast<const std::uint8_t*>(json.data()), json.size());
}

}  // namespace

class PageRuntime::Parts {
 public:
  Parts(JSGlobalContextRef context, const WindowFacts& facts)
      : runtime_(std::make_unique<SeverableRuntime>(context)),
        invoker_(std::make_shared<MainLoopInvoker>([this](const Task& task) { run(task); })),
        modules_(makeModule, invoker_) {
    runCurrent_ = jsi::Function::createFromHostFunction(
        *runtime_,
        jsi::PropNameID::forAscii(*runtime_, "task"),
        0,
        [this](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value*, size_t) {
          (*current_)(runtime);
          return jsi::Value();
        });
    modules_.install(*runtime_);
    jsi::Object window(*runtime_);
    window.setProperty(*runtime_, "launchArgs", fromJson(*runtime_, facts.launchArgsJson));
    window.setProperty(
        *runtime_, "documentFolder", jsi::String::createFromUtf8(*runtime_, facts.documentFolder));
    runtime_->global().setProperty(*runtime_, "mailboatWindow", window);
  }

  ~Parts() {
    // No task comes in any more, and none that waits will run. Then what holds the runtime's
    // values: callbacks that native code has, the modules, and, with the runtime, what
    // JavaScript has of C++. WebKit runs no script of a page that has ended, so nobody
    // misses the runtime.
    invoker_->stop();
    runCurrent_.reset();
    react::LongLivedObjectCollection::get(*runtime_).clear();
    modules_.clear();
    runtime_.reset();
  }

  void collectGarbage() { JSGarbageCollect(runtime_->getContext()); }

 private:
  /// Inside a call of JavaScript, so that no promise job runs before the task has returned.
  void run(const Task& task) {
    current_ = &task;
    try {
      runCurrent_->call(*runtime_);
    } catch (const jsi::JSError& error) {
      report(error.value());
    } catch (const std::exception& error) {
      report(jsi::String::createFromUtf8(*runtime_, error.what()));
    }
    current_ = nullptr;
  }

  /// As the page's own uncaught errors are: an `error` event, and a line on the console.
  void report(const jsi::Value& error) {
    runtime_->global().getPropertyAsFunction(*runtime_, "reportError").call(*runtime_, error);
  }

  std::unique_ptr<SeverableRuntime> runtime_;
  std::shared_ptr<MainLoopInvoker> invoker_;
  host::ModuleRegistry modules_;
  std::optional<jsi::Function> runCurrent_;
  const Task* current_ = nullptr;
};

PageRuntime::PageRuntime(JSGlobalContextRef context, const WindowFacts& facts)
    : parts_(std::make_unique<Parts>(context, facts)) {
  ++runtimesBegun;
  ++runtimesAlive;
}

PageRuntime::~PageRuntime() {
  parts_.reset();
  --runtimesAlive;
}

Census PageRuntime::census() {
  parts_->collectGarbage();
  std::erase_if(modulesMade, [](const auto& module) { return module.expired(); });
  return {
      runtimesBegun,
      runtimesAlive,
      static_cast<std::uint32_t>(modulesMade.size()),
      Ties::living(),
  };
}

}  // namespace mailboat::webkit
