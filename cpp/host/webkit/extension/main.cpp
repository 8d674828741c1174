// What WebKit calls when it has loaded the extension into the web process.
#include "Extension.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace {

/// The app's native code runs in here, so this process is the app: it must not survive the
/// window for a moment, or the next start would find the engine's file locked.
void dieWithParent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died before that.
  if (getppid() != parent) {
    raise(SIGKILL);
  }
}

}  // namespace

extern "C" G_MODULE_EXPORT void webkit_web_extension_initialize_with_user_data(
    WebKitWebExtension* extension, GVariant* data) {
  gint32 parent = 0;
  const char* launchArgs = nullptr;
  const char* documentFolder = nullptr;
  g_variant_get(data, "(i&s&s)", &parent, &launchArgs, &documentFolder);
  dieWithParent(parent);
  // As long as the process: it ends without destroying anything of this library.
  static auto& instance = *new mailboat::webkit::Extension(extension, {launchArgs, documentFolder});
  static_cast<void>(instance);
}
