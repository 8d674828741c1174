#pragma once

#include <jsi/jsi.h>
#include <react/bridging/LongLivedObject.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace mailboat {

/// The promises of one JavaScript runtime that wait for Rust, by the number of their
/// request. Rust's threads know the numbers only.
///
/// React Native's collection of long-lived objects owns the table and drops it, on the
/// JavaScript thread, before the runtime ends; everyone else holds it weakly. So no JSI
/// value of it outlives the runtime or leaves its thread.
class Promises final : public facebook::react::LongLivedObject {
 public:
  /// A new table that lives until the runtime ends.
  static std::shared_ptr<Promises> makeFor(facebook::jsi::Runtime& runtime);

  explicit Promises(facebook::jsi::Runtime& runtime);

  /// Makes a promise that `settle` with the same number ends.
  facebook::jsi::Value add(std::uint64_t request);

  /// Resolves with `text`, or rejects with an `Error` that has it as message. A number that
  /// is not waiting is ignored.
  void settle(std::uint64_t request, bool resolved, std::string_view text);

 private:
  struct Waiting {
    facebook::jsi::Function resolve;
    facebook::jsi::Function reject;
  };

  std::unordered_map<std::uint64_t, Waiting> waiting_;
};

} // namespace mailboat
