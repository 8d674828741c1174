#include "MailboatModule.h"

#include "Text.h"

#include <exception>
#include <utility>

namespace mailboat {

namespace jsi = facebook::jsi;
using facebook::react::CallInvoker;

namespace {

std::string_view view(const rust::String& text) {
  return {text.data(), text.size()};
}

/// Rings when it goes out of scope.
class RingAgain {
 public:
  explicit RingAgain(const Waist& waist) : waist_(waist) {}
  RingAgain(const RingAgain&) = delete;
  RingAgain& operator=(const RingAgain&) = delete;
  ~RingAgain() { waist_.ring_again(); }

 private:
  const Waist& waist_;
};

/// Runs a call of the waist; what it throws becomes an error of JavaScript.
///
/// A rust::Error is caught by its base. On iOS it comes out of another library, and an app
/// may hold a second library with a rust::Error of its own: then the types' names are the
/// same and the types are not (docs/adr/0017).
template <typename Call>
auto throwing(jsi::Runtime& runtime, Call&& call) {
  try {
    return call();
  } catch (const jsi::JSIException&) {
    throw;
  } catch (const std::exception& error) {
    throw toJsError(runtime, error.what());
  }
}

} // namespace

/// Rings by a task on the JavaScript thread, which holds nothing but a weak pointer. The
/// module is never locked here: were this its last owner, its destructor would wait for
/// the mailbox that is ringing.
class MailboatModule::InvokerBell final : public Bell {
 public:
  InvokerBell(std::weak_ptr<MailboatModule> module, std::weak_ptr<CallInvoker> jsInvoker)
      : module_(std::move(module)), jsInvoker_(std::move(jsInvoker)) {}

  void ring() const noexcept override {
    if (auto jsInvoker = jsInvoker_.lock()) {
      jsInvoker->invokeAsync([weak = module_](jsi::Runtime&) {
        if (auto module = weak.lock()) {
          module->deliver();
        }
      });
    }
  }

 private:
  std::weak_ptr<MailboatModule> module_;
  std::weak_ptr<CallInvoker> jsInvoker_;
};

MailboatModule::MailboatModule(std::shared_ptr<CallInvoker> jsInvoker) : NativeMailboatCxxSpec(std::move(jsInvoker)) {}

jsi::String MailboatModule::open(jsi::Runtime& runtime, jsi::String config) {
  return throwing(runtime, [&] { return toJs(runtime, view(waist().open(config.utf8(runtime)))); });
}

jsi::String MailboatModule::query(jsi::Runtime& runtime, double engine, jsi::String request) {
  return throwing(runtime, [&] { return toJs(runtime, view(waist().query(engine, request.utf8(runtime)))); });
}

jsi::String MailboatModule::watch(jsi::Runtime& runtime, double engine, jsi::String request) {
  return throwing(runtime, [&] { return toJs(runtime, view(waist().watch(engine, request.utf8(runtime)))); });
}

void MailboatModule::unwatch(jsi::Runtime& runtime, double engine, double watch) {
  throwing(runtime, [&] { waist().unwatch(engine, watch); });
}

jsi::Value MailboatModule::execute(jsi::Runtime& runtime, double engine, jsi::String command) {
  return throwing(runtime, [&] {
    // What may throw comes before the promise, which would wait for ever.
    const auto& waist = this->waist();
    const auto text = command.utf8(runtime);
    const auto request = ++lastRequest_;
    auto promise = promises(runtime)->add(request);
    waist.execute(engine, text, request);
    return promise;
  });
}

jsi::String MailboatModule::drain(jsi::Runtime& runtime, double engine) {
  return throwing(runtime, [&] { return toJs(runtime, view(waist().drain(engine))); });
}

const Waist& MailboatModule::waist() {
  if (!waist_) {
    waist_.emplace(start(std::make_unique<InvokerBell>(weak_from_this(), jsInvoker_)));
  }
  return **waist_;
}

std::shared_ptr<Promises> MailboatModule::promises(jsi::Runtime& runtime) {
  auto promises = promises_.lock();
  if (!promises) {
    promises = Promises::makeFor(runtime);
    promises_ = promises;
  }
  return promises;
}

void MailboatModule::deliver() {
  Mail mail;
  if (!waist().take_mail(mail)) {
    return;
  }
  // Answers of one commit go on coming in: they wait for one more task, not for one each.
  // It is asked for whatever happens here, else the bell would count as rung for ever.
  const RingAgain afterwards(waist());
  for (const auto engine : mail.wakes) {
    emitOnWake(static_cast<double>(engine));
  }
  settle(mail);
}

void MailboatModule::settle(const Mail& mail) {
  // Gone when the runtime is: then nobody waits any more.
  const auto promises = promises_.lock();
  if (!promises) {
    return;
  }
  std::exception_ptr first;
  for (const auto& [request, resolved, text] : mail.settled) {
    try {
      promises->settle(request, resolved, view(text));
    } catch (...) {
      // The others' answers are not lost for it.
      first = first ? first : std::current_exception();
    }
  }
  if (first) {
    std::rethrow_exception(first);
  }
}

} // namespace mailboat
