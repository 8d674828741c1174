// `mailboat-console BUNDLE [ARG...]`: runs a bundle of JavaScript with the modules
// that an app would find. The only file of the host that knows the shim.
#include "MailboatModule.h"
#include "console/Console.h"

#include <cstdio>
#include <exception>

namespace {

using namespace mailboat::console;

/// Status for wrong words on the command line, and for an error in the program
/// (EX_USAGE and EX_SOFTWARE of sysexits.h).
constexpr int usage = 64;
constexpr int softwareError = 70;

std::shared_ptr<facebook::react::TurboModule> makeModule(
    const std::string& name, const std::shared_ptr<facebook::react::CallInvoker>& invoker) {
  if (name != mailboat::MailboatModule::kModuleName) {
    return nullptr;
  }
  return std::make_shared<mailboat::MailboatModule>(invoker);
}

/// The console lives in here: its runtime is gone before the process ends.
Ending runBundle(const char* path, std::vector<std::string> args) {
  const Bundle bundle = Bundle::read(path);
  Console console({makeModule, nullptr, std::move(args)});
  console.evaluate(bundle);
  return console.run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: mailboat-console BUNDLE [ARG...]\n");
    return usage;
  }
  try {
    const Ending ending = runBundle(argv[1], {argv + 2, argv + argc});
    if (ending.kind == Ending::Kind::exited) {
      return ending.code;
    }
    std::fprintf(stderr, "%s\n", ending.text.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mailboat-console: %s\n", error.what());
  }
  return softwareError;
}
