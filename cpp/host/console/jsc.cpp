// The console host's engine when it is JavaScriptCore, behind React Native's own
// JSCRuntime. JavaScriptCore runs promise jobs by itself, whenever the outermost
// call into it returns; here that call is a whole task.
#include "JavaScriptEngine.h"

// JSCRuntime.h shows no way to the context, and without the context there is no way
// to hear of unhandled rejections. The class is in this file.
#include <jsc/JSCRuntime.cpp>

#include <jsc/jsc.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Exported by the library, declared in a header that is not installed
// (JSContextRefPrivate.h). Calls `function` with (promise, reason) after the jobs.
extern "C" void JSGlobalContextSetUnhandledRejectionCallback(
    JSGlobalContextRef context, JSObjectRef function, JSValueRef* exception);

namespace mailboat::console {

using namespace facebook;

namespace {

/// React Native's runtime with text as JSI promises it, and as Hermes has it:
/// JSCRuntime ends a text from C++ at its first NUL, and one from JavaScript at its
/// first lone surrogate.
class ExactTextRuntime final : public jsc::JSCRuntime {
 public:
  using JSCRuntime::JSCRuntime;
  using JSCRuntime::length;
  using JSCRuntime::utf8;

  jsi::String createStringFromUtf8(const uint8_t* utf8, size_t length) override {
    const std::string text(reinterpret_cast<const char*>(utf8), length);
    if (text.find('\0') == std::string::npos) {
      return JSCRuntime::createStringFromUtf8(utf8, length);
    }
    std::u16string units;
    for (size_t start = 0; start <= length; start += std::strlen(&text[start]) + 1) {
      const StringRef part(JSStringCreateWithUTF8CString(&text[start]));
      units.append(start == 0 ? 0 : 1, u'\0').append(view(part));
    }
    return createString(units);
  }

  std::string utf8(const jsi::String& string) override {
    std::string text = JSCRuntime::utf8(string);
    if (utf16Length(text) == length(string)) {
      return text;
    }
    std::u16string units = utf16(string);
    replaceLoneSurrogates(units);
    return JSCRuntime::utf8(createString(units));
  }

  std::u16string utf16(const jsi::String& string) override {
    const JSValueRef value = valueRef(jsi::Value(*this, string));
    const StringRef copy(JSValueToStringCopy(getContext(), value, nullptr));
    return std::u16string(view(copy));
  }

 private:
  struct Release {
    void operator()(JSStringRef string) const { JSStringRelease(string); }
  };
  using StringRef = std::unique_ptr<OpaqueJSString, Release>;

  static std::u16string_view view(const StringRef& string) {
    return {
        reinterpret_cast<const char16_t*>(JSStringGetCharactersPtr(string.get())),
        JSStringGetLength(string.get())};
  }

  jsi::String createString(const std::u16string& units) {
    const StringRef string(
        JSStringCreateWithCharacters(reinterpret_cast<const JSChar*>(units.data()), units.size()));
    return createValue(JSValueMakeString(getContext(), string.get())).getString(*this);
  }

  /// Of UTF-8: the bytes that begin a character, and those of four bytes twice.
  static size_t utf16Length(const std::string& utf8) {
    size_t units = 0;
    for (const unsigned char byte : utf8) {
      units += ((byte & 0xC0U) != 0x80U ? 1 : 0) + (byte >= 0xF0U ? 1 : 0);
    }
    return units;
  }

  static void replaceLoneSurrogates(std::u16string& units) {
    const auto isHigh = [](char16_t unit) { return unit >= 0xD800 && unit < 0xDC00; };
    const auto isLow = [](char16_t unit) { return unit >= 0xDC00 && unit < 0xE000; };
    for (size_t i = 0; i < units.size(); ++i) {
      if (isHigh(units[i]) && i + 1 < units.size() && isLow(units[i + 1])) {
        ++i;
      } else if (isHigh(units[i]) || isLow(units[i])) {
        units[i] = u'\uFFFD';
      }
    }
  }
};

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
