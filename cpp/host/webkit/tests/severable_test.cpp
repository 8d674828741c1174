// A runtime in a heap that outlives it, as a page's does. Under AddressSanitizer and with
// JSCRuntime's own assertions: a value that outlived its runtime would end the test.
#include "webkit/extension/SeverableRuntime.h"

#include <gtest/gtest.h>

#include <memory>

namespace mailboat::webkit {
namespace {

using namespace facebook;

/// A context that is not the runtime's, and the functions that JavaScript has left in it.
class Page {
 public:
  Page() { runtime = std::make_unique<SeverableRuntime>(context_); }
  ~Page() {
    runtime.reset();
    // The end of its heap: what is left there of C++ is destroyed now.
    JSGlobalContextRelease(context_);
  }

  jsi::Value evaluate(const char* source) {
    return runtime->evaluateJavaScript(std::make_shared<jsi::StringBuffer>(source), "page.js");
  }

  void set(const char* name, const jsi::Value& value) {
    runtime->global().setProperty(*runtime, name, value);
  }

  std::unique_ptr<SeverableRuntime> runtime;

 private:
  JSGlobalContextRef context_ = JSGlobalContextCreateInGroup(nullptr, nullptr);
};

/// Holds a value of its runtime, as native modules do.
class Locker final : public jsi::HostObject {
 public:
  Locker(jsi::Value content, std::shared_ptr<int> token)
      : content_(std::move(content)), token_(std::move(token)) {}

  jsi::Value get(jsi::Runtime& runtime, const jsi::PropNameID&) override {
    return {runtime, content_};
  }

 private:
  jsi::Value content_;
  std::shared_ptr<int> token_;
};

jsi::Function makeFunction(jsi::Runtime& runtime, std::shared_ptr<int> token) {
  auto content = std::make_shared<jsi::Object>(runtime);
  return jsi::Function::createFromHostFunction(
      runtime,
      jsi::PropNameID::forAscii(runtime, "f"),
      1,
      [content, token](jsi::Runtime&, const jsi::Value&, const jsi::Value* args, size_t count) {
        return jsi::Value(count == 0 ? 0 : args[0].asNumber() + 1);
      });
}

TEST(SeverableRuntime, FunctionsAndObjectsWorkAsInAnyRuntime) {
  Page page;
  const auto token = std::make_shared<int>(0);
  page.set("f", makeFunction(*page.runtime, token));
  const auto locker = std::make_shared<Locker>(jsi::Value(7), token);
  page.set("locker", jsi::Object::createFromHostObject(*page.runtime, locker));
  EXPECT_EQ(page.evaluate("f(1) + f(f(locker.content))").asNumber(), 11);
  const auto found = page.runtime->global().getPropertyAsObject(*page.runtime, "locker");
  EXPECT_TRUE(found.isHostObject(*page.runtime));
  EXPECT_EQ(found.getHostObject<Locker>(*page.runtime), locker);
}

TEST(SeverableRuntime, LetsGoOfWhatTheHeapStillHolds) {
  const auto token = std::make_shared<int>(0);
  Page page;
  page.set("f", makeFunction(*page.runtime, token));
  page.set(
      "locker",
      jsi::Object::createFromHostObject(
          *page.runtime, std::make_shared<Locker>(page.evaluate("({ deep: 'sea' })"), token)));
  EXPECT_EQ(token.use_count(), 3);
  page.runtime->sever();
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_TRUE(page.evaluate("locker.content === undefined").getBool());
}

TEST(SeverableRuntime, AFunctionThatIsSeveredThrows) {
  Page page;
  page.set("f", makeFunction(*page.runtime, nullptr));
  page.runtime->sever();
  const auto message = page.evaluate("try { f(1) } catch (error) { error.message }");
  EXPECT_NE(message.asString(*page.runtime).utf8(*page.runtime).find("has ended"), std::string::npos);
}

TEST(SeverableRuntime, WhatIsLeftInTheHeapEndsWithTheHeap) {
  const auto before = Ties::living();
  const auto token = std::make_shared<int>(0);
  {
    Page page;
    page.set("f", makeFunction(*page.runtime, token));
    EXPECT_EQ(Ties::living(), before + 1);
    page.runtime->sever();
    EXPECT_EQ(Ties::living(), before + 1);
  }
  EXPECT_EQ(Ties::living(), before);
}

TEST(SeverableRuntime, OneSeveredTieMayDestroyAnother) {
  Page page;
  const auto token = std::make_shared<int>(0);
  auto inner = std::make_shared<jsi::Function>(makeFunction(*page.runtime, token));
  page.set(
      "outer",
      jsi::Function::createFromHostFunction(
          *page.runtime,
          jsi::PropNameID::forAscii(*page.runtime, "outer"),
          0,
          [inner](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value*, size_t) {
            return inner->call(runtime, 1);
          }));
  inner.reset();
  EXPECT_EQ(page.evaluate("outer()").asNumber(), 2);
  page.runtime->sever();
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace mailboat::webkit
