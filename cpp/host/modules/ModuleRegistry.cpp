#include "ModuleRegistry.h"

#include <ReactCommon/TurboModuleBinding.h>

#include <utility>

namespace mailboat::host {

using namespace facebook;

ModuleRegistry::ModuleRegistry(ModuleProvider provider, std::shared_ptr<react::CallInvoker> invoker)
    : provider_(std::move(provider)), invoker_(std::move(invoker)) {}

void ModuleRegistry::install(jsi::Runtime& runtime) {
  react::TurboModuleBinding::install(
      runtime, [this](jsi::Runtime&, const std::string& name) { return find(name); });
}

std::shared_ptr<react::TurboModule> ModuleRegistry::find(const std::string& name) {
  const auto known = modules_.find(name);
  if (known != modules_.end()) {
    return known->second;
  }
  auto module = provider_ ? provider_(name, invoker_) : nullptr;
  if (module) {
    modules_.emplace(name, module);
  }
  return module;
}

}  // namespace mailboat::host
