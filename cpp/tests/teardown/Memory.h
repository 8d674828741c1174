// How the process's resident memory goes while runtimes come and go.
#pragma once

#include <cstdint>
#include <vector>

namespace mailboat::teardown {

class Memory {
 public:
  explicit Memory(std::uint32_t rounds) : rounds_(rounds) {}

  /// After each round.
  void sample();
  /// The latest sample.
  std::int64_t residentKb() const { return latestKb_; }

  /// By how many KiB memory has grown over the last half of the rounds: the median of its
  /// last fifth against the median of its first, since a single round goes up and down.
  std::int64_t growthKb() const;

 private:
  std::uint32_t rounds_;
  std::uint32_t sampled_{0};
  std::int64_t latestKb_{0};
  /// Of the last half of the rounds.
  std::vector<std::int64_t> lastHalfKb_;
};

}  // namespace mailboat::teardown
