// The globals that any JavaScript host has and the language does not bring:
// console, timers, queueMicrotask, performance.
#pragma once

#include "JavaScriptEngine.h"
#include "Timers.h"

namespace mailboat::console {

/// Installs them. `engine` and `timers` outlive the runtime.
void installGlobals(JavaScriptEngine& engine, Timers& timers);

/// Makes `object[name]` a function of C++.
void setFunction(
    facebook::jsi::Runtime& runtime,
    facebook::jsi::Object& object,
    const char* name,
    unsigned parameters,
    facebook::jsi::HostFunctionType body);

}  // namespace mailboat::console
