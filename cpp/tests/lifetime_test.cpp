// The ends of runtimes and modules, in every order, with work in flight.

#include "Device.h"

#include <gtest/gtest.h>

#include <thread>

namespace mailboat::tests {
namespace {

/// Hands over a hundred writes, watches, and a sync that waits for JavaScript.
constexpr auto kBusy = R"(
  const { engine } = open({ backend: { kind: "javaScript" } });
  mailboat.onWake((woken) => mailboat.drain(woken));
  watch(engine);
  watch(engine);
  const settled = () => {};
  execute(engine, { type: "sync" }).then(settled, settled);
  for (let at = 0; at < 100; at += 1) create(engine, String(at)).then(settled, settled);
  done(counters(engine).commandsInFlight > 0))";

/// The state of the file as the next runtime finds it.
constexpr auto kFind = R"(
  const { engine, generation } = open({ backend: { kind: "javaScript" } });
  await create(engine, "after");
  const { watches, commandsInFlight } = counters(engine);
  done([generation, count(engine), watches, commandsInFlight].join(" ")))";

TEST(Lifetime, AnswersThatComeWhenTheRuntimeIsGoneGoNowhere) {
  const Device device;
  std::shared_ptr<MailboatModule> survivor;
  {
    Runtime runtime(device.file());
    ASSERT_EQ(runtime.run(kBusy), "true");
    survivor = runtime.module();
    runtime.end();
  }
  // The module lives: the engine is still its runtime's, and answers on.
  Runtime next(device.file());
  EXPECT_EQ(next.run(kFind), "2 101 0 0");
}

TEST(Lifetime, TheRuntimeEndsWithTheModule) {
  const Device device;
  std::weak_ptr<MailboatModule> module;
  {
    Runtime runtime(device.file());
    ASSERT_EQ(runtime.run(kBusy), "true");
    module = runtime.weakModule();
    runtime.releaseModule();
    EXPECT_FALSE(module.expired()) << "JavaScript holds it";
    runtime.end();
    EXPECT_TRUE(module.expired());
  }
  Runtime next(device.file());
  EXPECT_EQ(next.run(kFind), "2 101 0 0");
}

TEST(Lifetime, TheModuleIsDestroyedOnAnotherThreadWhileCallsAreInFlight) {
  const Device device;
  {
    Runtime runtime(device.file());
    ASSERT_EQ(runtime.run(kBusy), "true");
    auto module = runtime.module();
    runtime.releaseModule();
    runtime.end();
    std::thread([last = std::move(module)]() mutable { last.reset(); }).join();
  }
  Runtime next(device.file());
  EXPECT_EQ(next.run(kFind), "2 101 0 0");
}

TEST(Lifetime, ManyRuntimesComeAndGoOnOneFile) {
  const Device device;
  for (int round = 0; round < 20; ++round) {
    Runtime runtime(device.file());
    ASSERT_EQ(runtime.run(kBusy), "true");
  }
  Runtime next(device.file());
  // A window ends at 500 rows.
  EXPECT_EQ(next.run(kFind), "21 500 0 0");
}

TEST(Lifetime, TwoModulesOnOneFileTheSecondTakesOver) {
  const Device device;
  Runtime first(device.file());
  ASSERT_EQ(first.run("globalThis.engine = open().engine; await create(engine, 'one'); done(1)"), "1");
  Runtime second(device.file());
  EXPECT_EQ(second.run("const { engine, generation } = open(); await create(engine, 'two'); done(generation)"), "2");
  const auto told = first.run(R"(
    const { events } = JSON.parse(mailboat.drain(engine));
    const closed = events.some(({ type }) => type === "closed");
    done([closed, codeOf(() => count(engine)), await rejectionOf(create(engine))].join(" ")))");
  EXPECT_EQ(told, "true CLOSED CLOSED");
  EXPECT_EQ(second.run("done(count(open().engine))"), "2");
}

TEST(Lifetime, AFileThatClosedOpensAgainInTheSameRuntime) {
  const Device device;
  Runtime runtime(device.file());
  const auto outcome = runtime.run(R"(
    const first = open().engine;
    await create(first);
    await execute(first, { type: "close" });
    const after = await rejectionOf(create(first));
    const second = open().engine;
    done([after, second !== first, count(second)].join(" ")))");
  EXPECT_EQ(outcome, "CLOSED true 1");
}

} // namespace
} // namespace mailboat::tests
