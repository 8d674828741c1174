// What one round of the fuzz does: drawn from the dice before it begins.
#pragma once

#include "Dice.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace mailboat::teardown {

/// The moment at which a runtime is destroyed.
enum class Moment {
  afterTasks,   ///< between two tasks, whatever waits
  insideTask,   ///< JavaScript asks for it; the rest of its task and its microtasks still run
  taskWaiting,  ///< a thread of Rust has rung, and the task that it put there never runs
};

/// When React Native's collection of long-lived objects lets go of what it holds.
enum class Collection {
  afterModule,   ///< once the module provider has let go of the module, as React Native does
  beforeModule,  ///< while the provider still has it
  midway,        ///< while tasks go on running
};

/// One JavaScript runtime of a round.
struct RuntimePlan {
  Moment moment{};
  Collection collection{};
  /// The module's last reference is dropped on another thread, after the runtime's end.
  bool moduleOutlives{};
  /// Tasks that run at most.
  std::uint32_t tasks{};
  /// Time that running them takes at most.
  std::chrono::microseconds time{};
  /// What the program draws its own calls from.
  std::uint32_t seed{};
  /// Writes that are handed over before the first task.
  std::uint32_t writes{};
  std::uint32_t watches{};
  /// Whether the backend in JavaScript answers, or leaves a sync in flight.
  bool answers{};
  /// Which event of the program ends the runtime, for Moment::insideTask.
  std::uint32_t endsAt{};
  /// How long a module that outlives its runtime waits for a thread of Rust to ring.
  std::chrono::microseconds dropAfter{};
};

/// A round: its runtimes begin together, each on a thread of its own.
struct Plan {
  /// On a new file; else the engine of the last round is taken over.
  bool newFile{};
  /// Another config than the last round's: the engine closes and opens anew.
  bool newConfig{};
  std::vector<RuntimePlan> runtimes;
};

Plan draw(Dice& dice);

/// For messages: what it takes to understand a round that failed.
std::string describe(const RuntimePlan& plan);

}  // namespace mailboat::teardown
