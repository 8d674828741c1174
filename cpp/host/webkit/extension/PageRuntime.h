// React Native's side of one page: a JSI runtime around the page's own JavaScript context,
// and the native modules in it. It begins before the page's first script and ends when the
// page does, whatever JavaScript still holds then.
#pragma once

#include <JavaScriptCore/JavaScript.h>

#include <cstdint>
#include <memory>
#include <string>

namespace mailboat::webkit {

/// What the page finds as `globalThis.mailboatWindow`.
struct WindowFacts {
  std::string launchArgsJson;
  std::string documentFolder;
};

/// What of all pages of this process is still there: of a reloaded window one runtime and
/// at most one module, and of host values no more than the garbage collector has left.
struct Census {
  std::uint32_t begun = 0;       ///< runtimes ever
  std::uint32_t runtimes = 0;    ///< runtimes alive
  std::uint32_t modules = 0;     ///< modules alive
  std::uint32_t hostValues = 0;  ///< functions and objects of C++ that a JavaScript heap holds
};

class PageRuntime {
 public:
  /// In the web process's main thread, as everything here. `context` is the page's.
  PageRuntime(JSGlobalContextRef context, const WindowFacts& facts);

  /// In the order of docs/adr/0008: tasks, long-lived objects, modules, runtime.
  ~PageRuntime();

  PageRuntime(const PageRuntime&) = delete;
  PageRuntime& operator=(const PageRuntime&) = delete;

  /// Counts, after what nobody reaches any more has been collected.
  Census census();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mailboat::webkit
