#include "Memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace mailboat::teardown {

namespace {

std::int64_t readResidentKb() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  if (!(statm >> total >> resident)) {
    throw std::runtime_error("cannot read /proc/self/statm");
  }
  return resident * sysconf(_SC_PAGESIZE) / 1024;
}

std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void Memory::sample() {
  // The room is made at once, so that the samples themselves are no growth.
  if (lastHalfKb_.capacity() == 0) {
    lastHalfKb_.reserve(rounds_);
  }
  latestKb_ = readResidentKb();
  if (++sampled_ > rounds_ / 2) {
    lastHalfKb_.push_back(latestKb_);
  }
}

std::int64_t Memory::growthKb() const {
  if (lastHalfKb_.empty()) {
    return 0;
  }
  const auto fifth = static_cast<std::ptrdiff_t>(std::max<std::size_t>(lastHalfKb_.size() / 5, 1));
  return median({lastHalfKb_.end() - fifth, lastHalfKb_.end()}) -
         median({lastHalfKb_.begin(), lastHalfKb_.begin() + fifth});
}

}  // namespace mailboat::teardown
