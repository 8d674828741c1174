// A JSI runtime in a JavaScript context that outlives it. The heap of a page is WebKit's,
// while React Native's runtime for JavaScriptCore counts on the heap ending with it: there,
// what C++ had put into it is destroyed first.
//
// Included by one file of a program, as ExactTextRuntime.h is.
#pragma once

#include "Ties.h"
#include "javascriptcore/ExactTextRuntime.h"

namespace mailboat::webkit {

class SeverableRuntime final : public host::ExactTextRuntime {
 public:
  using ExactTextRuntime::ExactTextRuntime;
  ~SeverableRuntime() override { sever(); }

  /// Destroys what the heap holds of C++, on this thread and while there is a runtime.
  void sever() { ties_->sever(); }

 protected:
  facebook::jsi::Object createObject() override { return ExactTextRuntime::createObject(); }

  facebook::jsi::Object createObject(std::shared_ptr<facebook::jsi::HostObject> object) override {
    return ExactTextRuntime::createObject(std::make_shared<ObjectTie>(ties_, std::move(object)));
  }

  std::shared_ptr<facebook::jsi::HostObject> getHostObject(const facebook::jsi::Object& object) override {
    return std::static_pointer_cast<ObjectTie>(ExactTextRuntime::getHostObject(object))->object();
  }

  facebook::jsi::Function createFunctionFromHostFunction(
      const facebook::jsi::PropNameID& name,
      unsigned int paramCount,
      facebook::jsi::HostFunctionType function) override {
    const auto tie = std::make_shared<FunctionTie>(ties_, std::move(function));
    return ExactTextRuntime::createFunctionFromHostFunction(
        name,
        paramCount,
        [tie](facebook::jsi::Runtime& runtime,
              const facebook::jsi::Value& thisValue,
              const facebook::jsi::Value* args,
              size_t count) { return tie->call(runtime, thisValue, args, count); });
  }

 private:
  const std::shared_ptr<Ties> ties_ = std::make_shared<Ties>();
};

}  // namespace mailboat::webkit
