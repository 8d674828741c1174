// The TurboModules of one runtime, by name: what TurboModuleManager is on a phone.
// JavaScript reaches them through React Native's own TurboModuleBinding, so method
// lookup, caching and the lifetime of a module are React Native's.
#pragma once

#include <ReactCommon/CallInvoker.h>
#include <ReactCommon/TurboModule.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace mailboat::host {

/// Makes the module of that name, or nothing if there is none.
using ModuleProvider = std::function<std::shared_ptr<facebook::react::TurboModule>(
    const std::string& name, const std::shared_ptr<facebook::react::CallInvoker>& invoker)>;

class ModuleRegistry {
 public:
  ModuleRegistry(ModuleProvider provider, std::shared_ptr<facebook::react::CallInvoker> invoker);

  /// Installs `__turboModuleProxy`. The registry outlives the runtime.
  void install(facebook::jsi::Runtime& runtime);

  /// Lets go of the modules. Those that JavaScript has seen live as long as the
  /// runtime does: its host objects hold them.
  void clear() { modules_.clear(); }

 private:
  std::shared_ptr<facebook::react::TurboModule> find(const std::string& name);

  ModuleProvider provider_;
  std::shared_ptr<facebook::react::CallInvoker> invoker_;
  std::unordered_map<std::string, std::shared_ptr<facebook::react::TurboModule>> modules_;
};

}  // namespace mailboat::host
