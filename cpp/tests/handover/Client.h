// What MailboatModule is, without JavaScript: a waist, a bell, and a table of requests that
// only the JavaScript thread touches. ThreadSanitizer sees all of it.
#pragma once

#include "JavaScriptThread.h"

#include "generated/cxx.h"

#include "generated/bridge.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace mailboat::handover {

/// Counts the rings of a bell, on whatever thread.
class Rings {
 public:
  void add();
  std::uint64_t count() const;

  /// A bug on purpose: counts in a number that threads must not share.
  static bool plant;

 private:
  std::atomic<std::uint64_t> count_{0};
  std::uint64_t planted_{0};
};

/// All but the destructor: on the JavaScript thread.
class Client final : public std::enable_shared_from_this<Client> {
 public:
  explicit Client(std::weak_ptr<JavaScriptThread> thread) : thread_(std::move(thread)) {}

  /// Opens the file, as whatever generation it is by now.
  void open(const std::string& file);

  /// Hands over the write of a number.
  void write(std::uint32_t number);
  void sync();
  void watch();
  /// How many numbers the file shows, to 500.
  std::size_t count();

  /// Numbers that are durable, as far as this client was told.
  const std::set<std::uint32_t>& acknowledged() const { return acknowledged_; }
  /// Requests that have come to nothing yet.
  std::size_t waiting() const { return waiting_.size(); }
  /// Whether another client has the engine now.
  bool isSuperseded();
  /// Answers that no request waited for, or that came twice.
  std::uint32_t strays() const { return strays_; }

  /// The most rings that were ever on their way when this client made a call.
  std::uint64_t mostRingsUnderWay() const { return mostRingsUnderWay_; }

 private:
  class ThreadBell;

  const Waist& waist();
  void execute(const std::string& command, std::optional<std::uint32_t> number);
  void deliver();
  std::weak_ptr<JavaScriptThread> thread_;
  std::optional<rust::Box<Waist>> waist_;
  double engine_{0};
  std::uint64_t lastRequest_{0};
  /// By request; the number that it writes, if it writes one.
  std::map<std::uint64_t, std::optional<std::uint32_t>> waiting_;
  std::set<std::uint32_t> acknowledged_;
  std::uint32_t strays_{0};
  std::shared_ptr<Rings> rings_{std::make_shared<Rings>()};
  std::uint64_t deliveries_{0};
  std::uint64_t mostRingsUnderWay_{0};
};

}  // namespace mailboat::handover
