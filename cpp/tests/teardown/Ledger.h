// What the fuzz knows about one database file: which writes JavaScript was told are
// durable, and which the backend took.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace mailboat::teardown {

/// Any thread: the runtimes of a round share their file.
class Ledger {
 public:
  explicit Ledger(std::string file) : file_(std::move(file)) {}

  /// The path of the file.
  const std::string& file() const { return file_; }

  /// A number for a runtime that is going to write. Its writes are numbered from 0.
  std::uint32_t beginWriter();
  std::uint32_t writers() const;

  void acknowledge(std::uint32_t writer, std::uint32_t write);
  /// The backend takes a write; answers whether it has it already.
  bool take(std::uint32_t writer, std::uint32_t write);

  /// What the file shows of one writer: how often each of its writes is there.
  void check(std::uint32_t writer, const std::vector<std::uint32_t>& timesByWrite);

  struct Result {
    std::uint64_t acknowledged{0};
    std::uint64_t taken{0};
    std::uint64_t lost{0};
    std::uint64_t doubled{0};
  };
  /// After each writer was checked.
  Result result() const;

  /// Writes that one runtime can make.
  static constexpr std::uint32_t kMaxWrites = 256;

 private:
  struct Writer {
    std::vector<bool> acknowledged = std::vector<bool>(kMaxWrites);
    std::vector<bool> taken = std::vector<bool>(kMaxWrites);
  };

  const std::string file_;
  mutable std::mutex mutex_;
  std::vector<Writer> writers_;
  Result result_;
};

}  // namespace mailboat::teardown
