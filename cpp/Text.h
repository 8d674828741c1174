#pragma once

#include <jsi/jsi.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace mailboat {

/// The JavaScript string of UTF-8 text.
inline facebook::jsi::String toJs(facebook::jsi::Runtime& runtime, std::string_view text) {
  return facebook::jsi::String::createFromUtf8(
      runtime, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

/// The error that JavaScript catches: its message is a `WaistError` as JSON.
inline facebook::jsi::JSError toJsError(facebook::jsi::Runtime& runtime, std::string_view json) {
  return facebook::jsi::JSError(runtime, std::string(json));
}

} // namespace mailboat
