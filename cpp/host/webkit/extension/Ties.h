// What C++ has put into the heap of a page: one tie each, a function or an object. The
// garbage collector destroys a tie when it likes, perhaps long after the page's runtime;
// what is tied can be let go of before.
#pragma once

#include <jsi/jsi.h>

#include <cstdint>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mailboat::webkit {

class Tie;

/// The whole ties of one runtime. Used on the main thread, where the heap is collected, too.
class Ties {
 public:
  /// Lets go of everything that is tied.
  void sever();

  /// Ties of all pages of this process, severed or not, that a heap still holds.
  static std::uint32_t living() { return living_; }

 private:
  friend class Tie;
  std::unordered_set<Tie*> whole_;
  static inline std::uint32_t living_ = 0;
};

class Tie {
 public:
  explicit Tie(std::shared_ptr<Ties> ties) : ties_(std::move(ties)) {
    ties_->whole_.insert(this);
    ++Ties::living_;
  }
  virtual ~Tie() {
    ties_->whole_.erase(this);
    --Ties::living_;
  }
  Tie(const Tie&) = delete;
  Tie& operator=(const Tie&) = delete;

  virtual void sever() = 0;

 private:
  const std::shared_ptr<Ties> ties_;
};

inline void Ties::sever() {
  while (!whole_.empty()) {
    Tie* const tie = *whole_.begin();
    whole_.erase(tie);
    tie->sever();
  }
}

/// A function of C++. Severed, it throws.
class FunctionTie final : public Tie {
 public:
  FunctionTie(std::shared_ptr<Ties> ties, facebook::jsi::HostFunctionType function)
      : Tie(std::move(ties)), function_(std::move(function)) {}

  void sever() override { std::exchange(function_, nullptr); }

  facebook::jsi::Value call(
      facebook::jsi::Runtime& runtime,
      const facebook::jsi::Value& thisValue,
      const facebook::jsi::Value* args,
      size_t count) const {
    if (!function_) {
      throw facebook::jsi::JSError(runtime, "the page of this function has ended");
    }
    return function_(runtime, thisValue, args, count);
  }

 private:
  facebook::jsi::HostFunctionType function_;
};

/// An object of C++. Severed, it has no properties.
class ObjectTie final : public facebook::jsi::HostObject, public Tie {
 public:
  ObjectTie(std::shared_ptr<Ties> ties, std::shared_ptr<facebook::jsi::HostObject> object)
      : Tie(std::move(ties)), object_(std::move(object)) {}

  void sever() override { std::exchange(object_, nullptr); }

  const std::shared_ptr<facebook::jsi::HostObject>& object() const { return object_; }

  facebook::jsi::Value get(
      facebook::jsi::Runtime& runtime, const facebook::jsi::PropNameID& name) override {
    return object_ ? object_->get(runtime, name) : facebook::jsi::Value();
  }

  void set(
      facebook::jsi::Runtime& runtime,
      const facebook::jsi::PropNameID& name,
      const facebook::jsi::Value& value) override {
    if (object_) {
      object_->set(runtime, name, value);
    }
  }

  std::vector<facebook::jsi::PropNameID> getPropertyNames(facebook::jsi::Runtime& runtime) override {
    return object_ ? object_->getPropertyNames(runtime) : std::vector<facebook::jsi::PropNameID>();
  }

 private:
  std::shared_ptr<facebook::jsi::HostObject> object_;
};

}  // namespace mailboat::webkit
