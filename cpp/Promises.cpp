#include "Promises.h"

#include "Text.h"

namespace mailboat {

namespace jsi = facebook::jsi;
using facebook::react::LongLivedObjectCollection;

std::shared_ptr<Promises> Promises::makeFor(jsi::Runtime& runtime) {
  auto promises = std::make_shared<Promises>(runtime);
  LongLivedObjectCollection::get(runtime).add(promises);
  return promises;
}

Promises::Promises(jsi::Runtime& runtime) : LongLivedObject(runtime) {}

jsi::Value Promises::add(std::uint64_t request) {
  // `Promise` calls this at once, so that what it captures is alive.
  auto keep = [this, request](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* functions, std::size_t) {
    waiting_.emplace(
        request,
        Waiting{
            .resolve = functions[0].getObject(runtime).getFunction(runtime),
            .reject = functions[1].getObject(runtime).getFunction(runtime)});
    return jsi::Value::undefined();
  };
  auto executor =
      jsi::Function::createFromHostFunction(runtime_, jsi::PropNameID::forAscii(runtime_, "keep"), 2, std::move(keep));
  return runtime_.global().getPropertyAsFunction(runtime_, "Promise").callAsConstructor(runtime_, executor);
}

void Promises::settle(std::uint64_t request, bool resolved, std::string_view text) {
  auto waiting = waiting_.extract(request);
  if (waiting.empty()) {
    return;
  }
  auto& [resolve, reject] = waiting.mapped();
  if (resolved) {
    resolve.call(runtime_, toJs(runtime_, text));
  } else {
    reject.call(runtime_, toJsError(runtime_, text).value());
  }
}

} // namespace mailboat
