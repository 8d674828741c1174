// `mailboat-bench-jsi BUNDLE JOB`: runs the bundle of bench/jsi/inside on the console host
// with the contestants beside each other: Mailboat's module, op-sqlite, and the floor.
#include "Floor.h"
#include "OpSqlite.h"

#include <MailboatModule.h>
#include <console/Console.h>

#include <sched.h>

#include <cstdio>
#include <exception>

namespace {

using namespace mailboat::console;
using facebook::react::CallInvoker;

/// Statuses of sysexits.h: wrong words on the command line, an error in the program.
constexpr int usage = 64;
constexpr int softwareError = 70;

std::shared_ptr<facebook::react::TurboModule> makeModule(
    const std::string& name, const std::shared_ptr<CallInvoker>& invoker) {
  if (name == "Mailboat") {
    return std::make_shared<mailboat::MailboatModule>(invoker);
  }
  return nullptr;
}

void addContestants(facebook::jsi::Runtime& runtime, const std::shared_ptr<CallInvoker>& invoker) {
  mailboat::bench::installOpSqlite(runtime, invoker);
  mailboat::bench::installFloor(runtime, invoker);
}

/// Keeps all threads of the process on one core. Spread over several, a hop costs next to
/// nothing or many times as much, as it happens to fall out for each thread, and the figures of
/// one run do not compare. On one core hops are cheapest, which is best for those who
/// hop most.
void stayOnOneCore() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
    return;
  }
  for (int core = CPU_SETSIZE - 1; core >= 0; --core) {
    if (CPU_ISSET(core, &allowed)) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(core, &one);
      sched_setaffinity(0, sizeof(one), &one);
      return;
    }
  }
}

Ending runBundle(const char* path, std::vector<std::string> args) {
  const Bundle bundle = Bundle::read(path);
  Console console({makeModule, addContestants, std::move(args)});
  console.evaluate(bundle);
  return console.run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: mailboat-bench-jsi BUNDLE JOB\n");
    return usage;
  }
  stayOnOneCore();
  try {
    const Ending ending = runBundle(argv[1], {argv[2]});
    if (ending.kind == Ending::Kind::exited) {
      return ending.code;
    }
    std::fprintf(stderr, "%s\n", ending.text.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mailboat-bench-jsi: %s\n", error.what());
  }
  return softwareError;
}
