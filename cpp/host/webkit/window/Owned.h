// Ownership of what GLib hands out.
#pragma once

#include <gio/gio.h>

#include <memory>
#include <string>

namespace mailboat::webkit {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};

/// One reference to a GObject, given up at the end.
template <typename Object>
using Owned = std::unique_ptr<Object, Unref>;

/// Takes a reference of its own.
template <typename Object>
Owned<Object> share(Object* object) {
  return Owned<Object>(static_cast<Object*>(g_object_ref(object)));
}

struct Free {
  void operator()(gpointer memory) const { g_free(memory); }
};

using OwnedText = std::unique_ptr<char, Free>;

/// Where a call of GLib puts its error: pass `error.slot()`, then ask.
class Failure {
 public:
  Failure() = default;
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;
  ~Failure() { g_clear_error(&error_); }

  GError** slot() { return &error_; }
  explicit operator bool() const { return error_ != nullptr; }
  std::string text() const { return error_ ? error_->message : ""; }
  const GError* get() const { return error_; }

 private:
  GError* error_ = nullptr;
};

}  // namespace mailboat::webkit
