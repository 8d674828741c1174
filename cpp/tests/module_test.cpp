// The native module in the hands of one runtime: promises, wakes, errors.

#include "Device.h"

#include <gtest/gtest.h>

namespace mailboat::tests {
namespace {

TEST(Module, AWriteIsThereWhenItsPromiseResolves) {
  const Device device;
  Runtime runtime(device.file());
  const auto notes = runtime.run("const { engine } = open(); await create(engine); done(count(engine));");
  EXPECT_EQ(notes, "1");
}

TEST(Module, PromisesOfRustsThreadsSettleInOrderOnTheJavaScriptThread) {
  const Device device;
  Runtime runtime(device.file());
  // JavaScript that ran on another thread would have crashed the engine: what can be
  // seen from inside is that each is settled once, in order, never inside the call.
  const auto order = runtime.run(R"(
    const { engine } = open();
    const settled = [];
    let calling = true;
    const all = Array.from({ length: 1000 }, (_, at) =>
      create(engine, String(at)).then(() => settled.push(calling ? "too early" : at)));
    calling = false;
    await Promise.all(all);
    done(settled.length === 1000 && settled.every((at, place) => at === place)))");
  EXPECT_EQ(order, "true");
}

TEST(Module, AStormOfWakesDeliversOneUntilItIsDrained) {
  const Device device;
  Runtime runtime(device.file());
  const auto outcome = runtime.run(R"(
    const { engine } = open();
    let wakes = 0;
    let woken = () => {};
    mailboat.onWake(() => { wakes += 1; woken(); });
    watch(engine);
    mailboat.drain(engine);
    for (let storm = 0; storm < 10; storm += 1) {
      await Promise.all(Array.from({ length: 20 }, () => create(engine)));
    }
    const undrained = wakes;
    const { events } = JSON.parse(mailboat.drain(engine));
    const inserted = events.flatMap(({ ops }) => ops ?? []).filter(({ op }) => op === "insert").length;
    const next = new Promise((resolve) => { woken = resolve; });
    await create(engine);
    await next;
    // One that was on its way when the test drained for the first time may come on top.
    done([undrained === 1 || undrained === 2, inserted].join(" ")))");
  EXPECT_EQ(outcome, "true 200");
}

TEST(Module, AListenerThatIsRemovedHearsNothing) {
  const Device device;
  Runtime runtime(device.file());
  const auto heard = runtime.run(R"(
    const { engine } = open();
    let removed = 0;
    const subscription = mailboat.onWake(() => { removed += 1; });
    const kept = new Promise((resolve) => mailboat.onWake(resolve));
    subscription.remove();
    watch(engine);
    await create(engine);
    await kept;
    done(removed))");
  EXPECT_EQ(heard, "0");
}

TEST(Module, ErrorsAreOfJavaScriptWithTheWaistsErrorAsMessage) {
  const Device device;
  Runtime runtime(device.file());
  const auto codes = runtime.run(R"(
    const { engine } = open();
    const thrown = [
      codeOf(() => mailboat.open("{}")),
      codeOf(() => mailboat.query(engine, "no JSON")),
      codeOf(() => mailboat.query(engine + 1000, "{}")),
      codeOf(() => mailboat.watch(0.5, "{}")),
      codeOf(() => mailboat.unwatch(NaN, 1)),
      codeOf(() => mailboat.drain(-1)),
      await rejectionOf(mailboat.execute(engine, "{}")),
      await rejectionOf(mailboat.execute(Infinity, "{}")),
    ];
    const error = await mailboat.execute(engine, "").catch((caught) => caught);
    done([...thrown, error instanceof Error].join(" ")))");
  EXPECT_EQ(
      codes,
      "INVALID_ARGUMENT INVALID_ARGUMENT CLOSED INVALID_ARGUMENT INVALID_ARGUMENT INVALID_ARGUMENT "
      "INVALID_ARGUMENT INVALID_ARGUMENT true");
}

TEST(Module, ArgumentsOfAnotherKindThrowAndDoNothing) {
  const Device device;
  Runtime runtime(device.file());
  const auto outcome = runtime.run(R"(
    const { engine } = open();
    const throws = (call) => { try { call(); return false; } catch { return true; } };
    const all = [
      () => mailboat.open(), () => mailboat.open(5), () => mailboat.query("1", "{}"),
      () => mailboat.query(engine), () => mailboat.execute(engine, {}), () => mailboat.execute(),
      () => mailboat.drain(null), () => mailboat.onWake("listener"),
    ].every(throws);
    done([all, count(engine)].join(" ")))");
  EXPECT_EQ(outcome, "true 0");
}

} // namespace
} // namespace mailboat::tests
