// `mailboat-teardown [--rounds N] [--seed S] [--control]`: JavaScript runtimes with the
// native module are made and destroyed at random moments, with calls, watches and a sync
// in flight; at the end, what was acknowledged must be in the files exactly once.
// scripts/test-teardown.sh runs it and counts the sanitizers' reports.

#include "Dice.h"
#include "Ledger.h"
#include "TemporaryFolder.h"
#include "TestRuntime.h"
#include "Memory.h"
#include "Plan.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mailboat::teardown {
namespace {

/// Rounds between two lines that show how far it is.
constexpr std::uint32_t kRoundsPerLine = 50;

struct Options {
  std::uint32_t rounds{1000};
  std::uint64_t seed{1};
  bool withModule{true};
};

/// What became of all rounds.
struct Totals {
  std::uint32_t inFlight{0};     ///< rounds
  std::uint32_t taskWaiting{0};  ///< rounds
  std::uint32_t outliving{0};    ///< modules that outlived their runtime
  std::uint32_t files{0};
  Ledger::Result writes;
};

class Fuzz {
 public:
  explicit Fuzz(const Options& options) : options_(options), dice_(options.seed), memory_(options.rounds) {}

  const Totals& run() {
    for (std::uint32_t round = 1; round <= options_.rounds; ++round) {
      runRound(draw(dice_));
      memory_.sample();
      if (round % kRoundsPerLine == 0) {
        std::printf(
            "%u rounds, %u in flight, %lld KiB\n",
            round,
            totals_.inFlight,
            static_cast<long long>(memory_.residentKb()));
        std::fflush(stdout);
      }
    }
    retireFile();
    return totals_;
  }

  std::int64_t growthKb() const { return memory_.growthKb(); }

 private:
  void runRound(const Plan& plan) {
    if (plan.newFile || !ledger_) {
      retireFile();
      ledger_.emplace(folder_.file(std::to_string(++totals_.files)));
    }
    full_ = full_ != plan.newConfig;

    std::vector<std::future<Teardown>> others;
    for (auto runtime = plan.runtimes.begin() + 1; runtime != plan.runtimes.end(); ++runtime) {
      others.push_back(
          std::async(std::launch::async, [this, plan = *runtime] { return runAndDestroy(plan); }));
    }
    std::vector<Teardown> teardowns;
    teardowns.push_back(runAndDestroy(plan.runtimes.front()));
    for (auto& other : others) {
      teardowns.push_back(other.get());
    }
    count(std::move(teardowns));
  }

  Teardown runAndDestroy(const RuntimePlan& plan) {
    try {
      return TestRuntime(setting()).runAndDestroy(plan);
    } catch (const std::exception& error) {
      throw std::runtime_error(std::string(error.what()) + "\nin a runtime that " + describe(plan));
    }
  }

  void count(std::vector<Teardown> teardowns) {
    bool inFlight = false;
    bool taskWaiting = false;
    std::vector<OutlivingModule> outliving;
    for (auto& teardown : teardowns) {
      inFlight = inFlight || teardown.unsettled > 0;
      taskWaiting = taskWaiting || teardown.taskWaiting;
      if (teardown.outliving) {
        outliving.push_back(*std::move(teardown.outliving));
      }
    }
    totals_.inFlight += inFlight ? 1 : 0;
    totals_.taskWaiting += taskWaiting ? 1 : 0;
    totals_.outliving += static_cast<std::uint32_t>(outliving.size());
    drop(std::move(outliving));
  }

  /// On another thread, while the next round goes on.
  void drop(std::vector<OutlivingModule> outliving) {
    dropping_ = std::async(std::launch::async, [outliving = std::move(outliving)]() mutable {
      for (auto& outliving : outliving) {
        outliving.drop();
      }
    });
  }

  /// Reads the file back, closes its engine and removes it.
  void retireFile() {
    if (!ledger_) {
      return;
    }
    if (options_.withModule) {
      TestRuntime(setting()).verify();
    }
    const auto [acknowledged, taken, lost, doubled] = ledger_->result();
    totals_.writes.acknowledged += acknowledged;
    totals_.writes.taken += taken;
    totals_.writes.lost += lost;
    totals_.writes.doubled += doubled;
    for (const char* end : {"", "-wal", "-shm"}) {
      std::filesystem::remove(ledger_->file() + end);
    }
    ledger_.reset();
  }

  Setting setting() { return {*ledger_, full_ ? "full" : "normal", options_.withModule}; }

  const Options options_;
  Dice dice_;
  Memory memory_;
  Totals totals_;
  tests::TemporaryFolder folder_;
  std::optional<Ledger> ledger_;
  bool full_{false};
  std::future<void> dropping_;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int at = 1; at < argc; ++at) {
    const std::string word = argv[at];
    const bool takesNumber = word == "--rounds" || word == "--seed";
    if (word == "--control") {
      options.withModule = false;
    } else if (takesNumber && at + 1 < argc) {
      const auto number = std::stoull(argv[++at]);
      if (word == "--seed") {
        options.seed = number;
      } else {
        options.rounds = static_cast<std::uint32_t>(number);
      }
    } else {
      throw std::invalid_argument("usage: mailboat-teardown [--rounds N] [--seed S] [--control]");
    }
  }
  return options;
}

int run(const Options& options) {
  Fuzz fuzz(options);
  const auto& [inFlight, taskWaiting, outliving, files, writes] = fuzz.run();
  std::printf(
      "files=%u task_waiting=%u module_outlived=%u acknowledged=%llu taken=%llu lost=%llu doubled=%llu\n",
      files,
      taskWaiting,
      outliving,
      static_cast<unsigned long long>(writes.acknowledged),
      static_cast<unsigned long long>(writes.taken),
      static_cast<unsigned long long>(writes.lost),
      static_cast<unsigned long long>(writes.doubled));
  std::printf(
      "rounds=%u in_flight=%u growth_kb=%lld\n",
      options.rounds,
      inFlight,
      static_cast<long long>(fuzz.growthKb()));
  const bool allThere = writes.lost == 0 && writes.doubled == 0;
  return allThere && (!options.withModule || writes.acknowledged > 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace mailboat::teardown

int main(int argc, char** argv) {
  try {
    return mailboat::teardown::run(mailboat::teardown::parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mailboat-teardown: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
