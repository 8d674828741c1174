// `mailboat-handover [--plant]`: Rust's threads ring, JavaScript threads take their mail,
// and waists are destroyed on other threads meanwhile. Built with ThreadSanitizer, which
// reports every race; scripts/test-handover.sh counts its reports. With `--plant` the bells
// race on purpose.

#include "Client.h"
#include "JavaScriptThread.h"
#include "TemporaryFolder.h"
#include "teardown/Dice.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mailboat::handover {
namespace {

using teardown::Dice;
using tests::TemporaryFolder;

/// Fewer than the rows that a window may have.
constexpr std::uint32_t kWrites = 400;
constexpr std::uint32_t kRounds = 60;
constexpr std::uint32_t kMaxWritesPerRound = 8;

void expect(bool isSo, const char* what) {
  if (!isSo) {
    throw std::runtime_error(what);
  }
}

std::shared_ptr<Client> openClient(const std::shared_ptr<JavaScriptThread>& thread, const std::string& file) {
  auto client = std::make_shared<Client>(thread);
  thread->run([&] { client->open(file); });
  return client;
}

void answersComeOnceEach(const TemporaryFolder& folder) {
  const auto thread = std::make_shared<JavaScriptThread>();
  const auto client = openClient(thread, folder.file("answers"));
  thread->run([&] { client->watch(); });
  for (std::uint32_t number = 0; number < kWrites; ++number) {
    thread->post([&client, number] { client->write(number); });
  }
  thread->runUntil([&] { return client->acknowledged().size() == kWrites; });
  thread->run([&] {
    expect(client->waiting() == 0 && client->strays() == 0, "each answer comes once");
    expect(client->count() == kWrites, "each write is there once");
    expect(client->mostRingsUnderWay() <= 1, "one ring is for all that gathers");
  });
}

/// Reads go on while the engine's thread commits.
void readsSeeWholeCommits(const TemporaryFolder& folder) {
  const auto thread = std::make_shared<JavaScriptThread>();
  const auto client = openClient(thread, folder.file("reads"));
  for (std::uint32_t number = 0; number < kWrites; ++number) {
    thread->run([&] {
      client->write(number);
      expect(client->count() >= client->acknowledged().size(), "what is acknowledged can be read");
    });
  }
  thread->runUntil([&] { return client->acknowledged().size() == kWrites; });
}

/// The last reference is dropped on a thread of its own, while Rust rings and tasks run.
void waistsDieOnOtherThreads(const TemporaryFolder& folder) {
  Dice dice(1);
  const auto thread = std::make_shared<JavaScriptThread>();
  std::size_t acknowledged = 0;
  std::size_t inFlight = 0;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    auto client = openClient(thread, folder.file("deaths"));
    const auto writes = 1 + dice.below(kMaxWritesPerRound);
    thread->run([&] {
      client->watch();
      client->sync();
      for (std::uint32_t write = 0; write < writes; ++write) {
        client->write(round * kMaxWritesPerRound + write);
      }
    });
    for (auto tasks = dice.below(6); tasks > 0; --tasks) {
      thread->run([&] {
        acknowledged += tasks == 1 ? client->acknowledged().size() : 0;
        inFlight += tasks == 1 && client->waiting() > 0 ? 1 : 0;
      });
    }
    std::thread([last = std::move(client)]() mutable { last.reset(); }).join();
  }
  const auto client = openClient(thread, folder.file("deaths"));
  thread->run([&] {
    expect(client->count() >= acknowledged, "what was acknowledged is there");
    expect(inFlight > 0, "no round had a command in flight");
  });
}

/// Opens the file again and again, each time with one write; answers how many of them it
/// was told are durable. Whoever is superseded hears nothing more of what it wrote.
std::size_t fightFor(const std::string& file, std::uint32_t firstNumber) {
  const auto thread = std::make_shared<JavaScriptThread>();
  std::size_t acknowledged = 0;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    const auto client = openClient(thread, file);
    thread->run([&] { client->write(firstNumber + round); });
    thread->runUntil([&] { return client->waiting() == 0 || client->isSuperseded(); });
    thread->run([&] { acknowledged += client->acknowledged().size(); });
  }
  return acknowledged;
}

/// Two JavaScript threads take one engine from each other.
void twoWaistsShareOneFile(const TemporaryFolder& folder) {
  const auto file = folder.file("two");
  std::size_t others = 0;
  std::exception_ptr error;
  std::thread other([&] {
    try {
      others = fightFor(file, kRounds);
    } catch (...) {
      error = std::current_exception();
    }
  });
  const auto ours = fightFor(file, 0);
  other.join();
  if (error) {
    std::rethrow_exception(error);
  }
  const auto thread = std::make_shared<JavaScriptThread>();
  const auto client = openClient(thread, file);
  thread->run([&] {
    expect(ours + others > 0, "neither was ever answered");
    expect(client->count() >= ours + others, "what was acknowledged is there");
    expect(client->count() <= 2 * kRounds, "nothing is there twice");
  });
}

/// The bell is destroyed with its waist, though the engine lives on.
void nothingRingsForAWaistThatIsGone(const TemporaryFolder& folder) {
  const auto thread = std::make_shared<JavaScriptThread>();
  const auto gone = std::make_shared<JavaScriptThread>();
  auto first = openClient(gone, folder.file("gone"));
  gone->run([&] { first->write(0); });
  gone->runUntil([&] { return first->waiting() == 0; });
  auto next = openClient(thread, folder.file("gone"));
  std::thread([last = std::move(first)]() mutable { last.reset(); }).join();
  std::uint64_t posted = 0;
  gone->run([&] { posted = gone->posted(); });
  for (std::uint32_t number = 1; number < kWrites; ++number) {
    thread->post([&next, number] { next->write(number); });
  }
  thread->runUntil([&] { return next->acknowledged().size() == kWrites - 1; });
  expect(gone->posted() == posted, "a bell was rung after its waist was gone");
}

struct Test {
  const char* name;
  void (*run)(const TemporaryFolder& folder);
};

constexpr Test kTests[] = {
    {"answers come once each", answersComeOnceEach},
    {"reads see whole commits", readsSeeWholeCommits},
    {"waists die on other threads", waistsDieOnOtherThreads},
    {"two waists share one file", twoWaistsShareOneFile},
    {"nothing rings for a waist that is gone", nothingRingsForAWaistThatIsGone},
};

int runAll() {
  const TemporaryFolder folder;
  int passed = 0;
  int failed = 0;
  for (const auto& [name, run] : kTests) {
    try {
      run(folder);
      ++passed;
      std::printf("ok      %s\n", name);
    } catch (const std::exception& error) {
      ++failed;
      std::printf("FAILED  %s: %s\n", name, error.what());
    }
    std::fflush(stdout);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace mailboat::handover

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--plant") {
    mailboat::handover::Rings::plant = true;
  } else if (argc > 1) {
    std::fprintf(stderr, "usage: mailboat-handover [--plant]\n");
    return EXIT_FAILURE;
  }
  return mailboat::handover::runAll();
}
