// The only randomness of the fuzz: the same seed draws the same rounds.
#pragma once

#include <cstdint>
#include <random>

namespace mailboat::teardown {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// A number from 0 to `limit` - 1.
  std::uint32_t below(std::uint32_t limit) {
    // Not std::uniform_int_distribution: its draws differ between standard libraries.
    return static_cast<std::uint32_t>(engine_() % limit);
  }

  bool oneIn(std::uint32_t times) { return below(times) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace mailboat::teardown
