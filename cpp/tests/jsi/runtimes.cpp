// Gives React Native's JSI tests the runtimes of the console host.
#include "console/JavaScriptEngine.h"

#include <jsi/test/testlib.h>

namespace facebook::jsi {

std::vector<RuntimeFactory> runtimeGenerators() {
  return {mailboat::console::makeRuntime};
}

}  // namespace facebook::jsi
