#include "Timers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace mailboat::console {

using namespace facebook;

namespace {

std::chrono::milliseconds wholeMilliseconds(double delayMs) {
  constexpr double longest = std::numeric_limits<std::int32_t>::max();
  const double clamped = std::isnan(delayMs) ? 0 : std::clamp(delayMs, 0.0, longest);
  return std::chrono::milliseconds(static_cast<std::int64_t>(clamped));
}

}  // namespace

Timers::Id Timers::set(
    jsi::Function callback, std::vector<jsi::Value> args, double delayMs, Clock::time_point now) {
  const Id id = add(std::move(callback), std::move(args));
  deadlines_.push({now + wholeMilliseconds(delayMs), id});
  return id;
}

Timers::Id Timers::setImmediate(jsi::Function callback, std::vector<jsi::Value> args) {
  const Id id = add(std::move(callback), std::move(args));
  queue(id);
  return id;
}

Clock::time_point Timers::queueDue(Clock::time_point now) {
  while (!deadlines_.empty()) {
    const Deadline next = deadlines_.top();
    // A cancelled timer is taken out when it comes to the top.
    const bool cancelled = callbacks_.find(next.id) == callbacks_.end();
    if (!cancelled && next.at > now) {
      return next.at;
    }
    deadlines_.pop();
    if (!cancelled) {
      queue(next.id);
    }
  }
  return Clock::time_point::max();
}

void Timers::clear() {
  callbacks_.clear();
  deadlines_ = {};
}

Timers::Id Timers::add(jsi::Function callback, std::vector<jsi::Value> args) {
  const Id id = ++lastId_;
  callbacks_.emplace(id, Callback{std::move(callback), std::move(args)});
  return id;
}

void Timers::queue(Id id) {
  tasks_.invokeAsync([this, id](jsi::Runtime& runtime) { fire(runtime, id); });
}

void Timers::fire(jsi::Runtime& runtime, Id id) {
  // Taken out first: the callback may cancel its own id or set other timers.
  auto node = callbacks_.extract(id);
  if (node.empty()) {
    return;
  }
  const Callback& callback = node.mapped();
  callback.function.call(runtime, static_cast<const jsi::Value*>(callback.args.data()), callback.args.size());
}

}  // namespace mailboat::console
