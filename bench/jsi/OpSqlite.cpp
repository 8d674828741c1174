#include "OpSqlite.h"

#include <OPSqlite.hpp>

namespace mailboat::bench {

void installOpSqlite(
    facebook::jsi::Runtime& runtime, const std::shared_ptr<facebook::react::CallInvoker>& invoker) {
  // Databases are opened by their full location, so the base path is never used.
  opsqlite::install(runtime, invoker, "", "");
}

}  // namespace mailboat::bench
