// JavaScriptCore behind JSI, for every host that has it: the console makes its own
// contexts, the window's extension wraps that of a page.
//
// Included by one file of a program: React Native declares the class, whose context the
// hosts need, in a source file.
#pragma once

#include <jsc/JSCRuntime.cpp>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace mailboat::host {

/// React Native's runtime with text as JSI promises it, and as Hermes has it:
/// JSCRuntime ends a text from C++ at its first NUL, and one from JavaScript at its
/// first lone surrogate.
class ExactTextRuntime : public facebook::jsc::JSCRuntime {
 public:
  using JSCRuntime::JSCRuntime;
  using JSCRuntime::length;
  using JSCRuntime::utf8;

  facebook::jsi::String createStringFromUtf8(const uint8_t* utf8, size_t length) override {
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

  std::string utf8(const facebook::jsi::String& string) override {
    std::string text = JSCRuntime::utf8(string);
    if (utf16Length(text) == length(string)) {
      return text;
    }
    std::u16string units = utf16(string);
    replaceLoneSurrogates(units);
    return JSCRuntime::utf8(createString(units));
  }

  std::u16string utf16(const facebook::jsi::String& string) override {
    const JSValueRef value = valueRef(facebook::jsi::Value(*this, string));
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

  facebook::jsi::String createString(const std::u16string& units) {
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

}  // namespace mailboat::host
