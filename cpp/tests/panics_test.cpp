// A panic at every entry from C++: it closes the engine that it concerns, with INTERNAL,
// and nothing that was acknowledged is lost. Linked with the Rust library that has the
// feature `panics`.

#include "Device.h"
#include "MailboatPlatform.h"

#include <gtest/gtest.h>

#include <cstdint>

extern "C" void mailboat_panic_at_entry(std::uint32_t nth);

namespace mailboat::tests {
namespace {

constexpr auto kFind = R"(
  const { engine } = open();
  await create(engine, "after");
  done([count(engine), counters(engine).commandsInFlight].join(" ")))";

/// A runtime with an open engine and one note.
class Panics : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(runtime_.run("globalThis.engine = open().engine; await create(engine, 'before'); done(count(engine))"), "1");
  }

  /// The engine says INTERNAL, its event follows, and the file opens anew with its note.
  void expectClosedAndWhole() {
    const auto after = runtime_.run(R"(
      const { events } = JSON.parse(mailboat.drain(engine));
      const closed = events.find(({ type }) => type === "closed");
      done([codeOf(() => count(engine)), closed?.error.code].join(" ")))");
    EXPECT_EQ(after, "INTERNAL INTERNAL");
    EXPECT_EQ(runtime_.run(kFind), "2 0");
  }

  Device device_;
  Runtime runtime_{device_.file()};
};

class PanicsInACall : public Panics, public ::testing::WithParamInterface<const char*> {};

TEST_P(PanicsInACall, CloseThatEngine) {
  mailboat_panic_at_entry(1);
  EXPECT_EQ(runtime_.run("done(codeOf(() => " + std::string(GetParam()) + "))"), "INTERNAL");
  // Draining still answers the last events, so that JavaScript hears of the end.
  expectClosedAndWhole();
}

INSTANTIATE_TEST_SUITE_P(
    EveryCall,
    PanicsInACall,
    ::testing::Values("count(engine)", "watch(engine)", "mailboat.unwatch(engine, 1)", "mailboat.drain(engine)"));

TEST_F(Panics, InExecuteRejectsItsPromiseAndClosesThatEngine) {
  mailboat_panic_at_entry(1);
  EXPECT_EQ(runtime_.run("done(await rejectionOf(create(engine, 'never')))"), "INTERNAL");
  expectClosedAndWhole();
}

TEST_F(Panics, InOpenIsThrownAndOpenWorksAfterwards) {
  mailboat_panic_at_entry(1);
  EXPECT_EQ(runtime_.run("done(codeOf(() => open()))"), "INTERNAL");
  EXPECT_EQ(runtime_.run("done(open().engine === engine && count(engine))"), "1");
}

TEST_F(Panics, WhileMailIsTakenCostNoAnswer) {
  runtime_.begin("globalThis.delivered = create(engine, 'delivered')");
  // No task has run since: the next entry is the delivery's.
  mailboat_panic_at_entry(1);
  EXPECT_EQ(runtime_.run("await delivered; await create(engine, 'another'); done(count(engine))"), "3");
}

TEST_F(Panics, WhileItRingsAgainCostNoAnswer) {
  runtime_.begin("globalThis.delivered = create(engine, 'delivered')");
  // The delivery takes its mail, and then rings for what may have come meanwhile.
  mailboat_panic_at_entry(2);
  EXPECT_EQ(runtime_.run("await delivered; await create(engine, 'another'); done(count(engine))"), "3");
}

TEST(PanicsAtTheBeginning, AreThrownByTheFirstCall) {
  const Device device;
  Runtime runtime(device.file());
  mailboat_panic_at_entry(1);
  EXPECT_EQ(runtime.run("done(codeOf(() => open()))"), "INTERNAL");
  EXPECT_EQ(runtime.run("done(count(open().engine))"), "0");
}

TEST_F(Panics, InWhatThePlatformSaysEndThere) {
  mailboat_panic_at_entry(1);
  mailboat_set_database_folder("/nowhere");
  mailboat_panic_at_entry(1);
  mailboat_set_network(MailboatNetworkNone, MailboatUnsaid, MailboatUnsaid);
  mailboat_panic_at_entry(1);
  mailboat_set_app_state(MailboatBackground);
  mailboat_panic_at_entry(1);
  mailboat_set_power(MailboatPowerLow);
  // Each was taken by its call, and no engine has closed for it.
  EXPECT_EQ(runtime_.run(kFind), "2 0");
}

TEST_F(Panics, AtTheEndOfARuntimeHurtNobody) {
  runtime_.releaseModule();
  mailboat_panic_at_entry(1);
  runtime_.end();
  Runtime next(device_.file());
  EXPECT_EQ(next.run(kFind), "2 0");
}

} // namespace
} // namespace mailboat::tests
