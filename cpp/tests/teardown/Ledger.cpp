#include "Ledger.h"

namespace mailboat::teardown {

std::uint32_t Ledger::beginWriter() {
  const std::lock_guard lock(mutex_);
  writers_.emplace_back();
  return static_cast<std::uint32_t>(writers_.size() - 1);
}

std::uint32_t Ledger::writers() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint32_t>(writers_.size());
}

void Ledger::acknowledge(std::uint32_t writer, std::uint32_t write) {
  const std::lock_guard lock(mutex_);
  writers_.at(writer).acknowledged.at(write) = true;
}

bool Ledger::take(std::uint32_t writer, std::uint32_t write) {
  const std::lock_guard lock(mutex_);
  auto taken = writers_.at(writer).taken.at(write);
  const bool before = taken;
  taken = true;
  return before;
}

void Ledger::check(std::uint32_t writer, const std::vector<std::uint32_t>& timesByWrite) {
  const std::lock_guard lock(mutex_);
  const auto& [acknowledged, taken] = writers_.at(writer);
  for (std::uint32_t write = 0; write < kMaxWrites; ++write) {
    const auto times = write < timesByWrite.size() ? timesByWrite[write] : 0;
    result_.acknowledged += acknowledged[write] ? 1 : 0;
    result_.taken += taken[write] ? 1 : 0;
    // The backend has only what was committed, so that is durable as well.
    result_.lost += (acknowledged[write] || taken[write]) && times == 0 ? 1 : 0;
    result_.doubled += times > 1 ? 1 : 0;
  }
}

Ledger::Result Ledger::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

}  // namespace mailboat::teardown
