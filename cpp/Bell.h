#pragma once

namespace mailboat {

/// How Rust's threads reach the JavaScript thread: they ring, and the JavaScript thread
/// comes to take its mail. `rust/bridge` holds one for each JavaScript runtime.
///
/// A bell is rung, and may be destroyed, on any thread.
class Bell {
 public:
  Bell() = default;
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  virtual ~Bell() = default;

  /// Returns at once and never takes the mail itself.
  virtual void ring() const noexcept = 0;
};

} // namespace mailboat
