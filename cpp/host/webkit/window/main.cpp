// `mailboat-window`: an app's web export in a window, with the native modules that it would
// find on a phone, in the page's own JavaScript context.
#include "App.h"

#include <clocale>
#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

/// Statuses for wrong words on the command line and for what else prevents a start
/// (EX_USAGE and EX_UNAVAILABLE of sysexits.h).
constexpr int usage = 64;
constexpr int unavailable = 69;

void prepareSurroundings() {
  // The page is drawn in one process and scrolls in one thread, so that a picture shows what
  // has been handled. Without an input method of the desktop each key is one character.
  g_setenv("WEBKIT_DISABLE_COMPOSITING_MODE", "1", FALSE);
  g_setenv("GTK_IM_MODULE", "gtk-im-context-simple", FALSE);
  // There need not be an accessibility bus.
  g_setenv("NO_AT_BRIDGE", "1", FALSE);
}

int runApp(int argc, char** argv) {
  const auto options = mailboat::webkit::Options::parse(argc, argv);
  prepareSurroundings();
  if (!gtk_init_check(nullptr, nullptr)) {
    std::fprintf(stderr, "mailboat-window: there is no display (scripts/with-display.sh makes one)\n");
    return unavailable;
  }
  std::filesystem::create_directories(options.data);
  // Numbers are written as JavaScript reads them, whatever the user's language.
  std::setlocale(LC_NUMERIC, "C");
  mailboat::webkit::App app(options);
  return app.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return runApp(argc, argv);
  } catch (const mailboat::webkit::UsageError& error) {
    std::fprintf(stderr, "mailboat-window: %s\n%s\n", error.what(), mailboat::webkit::usageText);
    return usage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mailboat-window: %s\n", error.what());
    return unavailable;
  }
}
