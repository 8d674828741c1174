// op-sqlite as this program sees it: one function, which is all that its library shows.
#pragma once

#include <ReactCommon/CallInvoker.h>
#include <jsi/jsi.h>

#include <memory>

namespace mailboat::bench {

/// Adds op-sqlite's `__OPSQLiteProxy`, as its module does when an app starts.
__attribute__((visibility("default"))) void installOpSqlite(
    facebook::jsi::Runtime& runtime, const std::shared_ptr<facebook::react::CallInvoker>& invoker);

}  // namespace mailboat::bench
