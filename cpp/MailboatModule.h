#pragma once

#include "Promises.h"
#include "generated/MailboatSpecJSI.h"
#include "generated/cxx.h"

#include "generated/bridge.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace mailboat {

/// The native module "Mailboat": the narrow waist for React Native. What its calls take and
/// answer is told in js/src/engine/host.ts; the base class, which codegen writes from
/// js/src/native/NativeMailboat.ts, refuses to compile when a call is missing here.
///
/// Platforms make one with `std::make_shared` for each JavaScript runtime. Its calls come on
/// that runtime's JavaScript thread. It may be destroyed on any thread: its promises belong
/// to the runtime (see Promises), and what is left, the waist, waits for nobody. (React
/// Native's base class asks that the runtime has not ended before; docs/adr/0008.)
class MailboatModule final : public facebook::react::NativeMailboatCxxSpec<MailboatModule>,
                             public std::enable_shared_from_this<MailboatModule> {
 public:
  explicit MailboatModule(std::shared_ptr<facebook::react::CallInvoker> jsInvoker);

  facebook::jsi::String open(facebook::jsi::Runtime& runtime, facebook::jsi::String config);
  facebook::jsi::String query(facebook::jsi::Runtime& runtime, double engine, facebook::jsi::String request);
  facebook::jsi::String watch(facebook::jsi::Runtime& runtime, double engine, facebook::jsi::String request);
  void unwatch(facebook::jsi::Runtime& runtime, double engine, double watch);
  facebook::jsi::Value execute(facebook::jsi::Runtime& runtime, double engine, facebook::jsi::String command);
  facebook::jsi::String drain(facebook::jsi::Runtime& runtime, double engine);

 private:
  class InvokerBell;

  const Waist& waist();
  std::shared_ptr<Promises> promises(facebook::jsi::Runtime& runtime);
  /// Takes what mail there is: tells of wakes and settles promises.
  void deliver();
  void settle(const Mail& mail);

  /// Begun by the first call, since only then the module is owned and can be held weakly.
  std::optional<rust::Box<Waist>> waist_;
  std::weak_ptr<Promises> promises_;
  std::uint64_t lastRequest_{0};
};

} // namespace mailboat
