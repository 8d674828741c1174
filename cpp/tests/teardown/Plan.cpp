#include "Plan.h"

namespace mailboat::teardown {

namespace {

Moment drawMoment(Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      return Moment::insideTask;
    case 1:
      return Moment::taskWaiting;
    default:
      return Moment::afterTasks;
  }
}

Collection drawCollection(Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      return Collection::beforeModule;
    case 1:
      return Collection::midway;
    default:
      return Collection::afterModule;
  }
}

RuntimePlan drawRuntime(Dice& dice) {
  RuntimePlan plan;
  plan.moment = drawMoment(dice);
  plan.collection = drawCollection(dice);
  plan.moduleOutlives = dice.oneIn(3);
  // Most ends come early, where calls are in flight; some after all has come to rest.
  plan.tasks = dice.below(dice.oneIn(4) ? 200 : 12);
  plan.time = std::chrono::microseconds(dice.below(dice.oneIn(4) ? 20'000 : 2'000));
  plan.seed = dice.below(1U << 31U);
  plan.writes = dice.below(24);
  plan.watches = dice.below(4);
  plan.answers = !dice.oneIn(3);
  plan.endsAt = dice.below(20);
  plan.dropAfter = std::chrono::microseconds(dice.below(4'000));
  return plan;
}

}  // namespace

Plan draw(Dice& dice) {
  Plan plan;
  plan.newFile = dice.oneIn(20);
  plan.newConfig = dice.oneIn(10);
  const bool two = dice.oneIn(4);
  plan.runtimes.push_back(drawRuntime(dice));
  if (two) {
    plan.runtimes.push_back(drawRuntime(dice));
  }
  return plan;
}

std::string describe(const RuntimePlan& plan) {
  constexpr const char* moments[] = {"after tasks", "inside a task", "a task waiting"};
  constexpr const char* collections[] = {"after the module", "before the module", "midway"};
  return std::string("ends ") + moments[static_cast<int>(plan.moment)] + ", collection cleared " +
         collections[static_cast<int>(plan.collection)] + ", module outlives " +
         (plan.moduleOutlives ? "yes" : "no") + ", tasks " + std::to_string(plan.tasks) + ", microseconds " +
         std::to_string(plan.time.count()) + ", writes " + std::to_string(plan.writes) + ", watches " +
         std::to_string(plan.watches) + ", answers " + (plan.answers ? "yes" : "no") + ", program's seed " +
         std::to_string(plan.seed);
}

}  // namespace mailboat::teardown
