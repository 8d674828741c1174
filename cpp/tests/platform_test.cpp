// What the platform says, through the C functions that Kotlin and Objective-C++ call, as a
// JavaScript runtime finds it in the engine's status.

#include "Device.h"
#include "MailboatPlatform.h"
#include "TemporaryFolder.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>

namespace mailboat::tests {
namespace {

/// JavaScript that waits for a status, after what the test has said.
const std::string kUntil = R"(
  const status = (engine) => JSON.parse(mailboat.query(engine, JSON.stringify({ type: "status" })));
  const until = (engine, holds) => new Promise((resolve) => {
    const look = () => { mailboat.drain(engine); if (holds(status(engine))) resolve(status(engine)); };
    mailboat.onWake(look);
    look();
  });
)";

/// What the status of an engine says of the network, once it says this kind.
std::string networkOnceItIs(Runtime& runtime, const std::string& kind) {
  return runtime.run(
      kUntil + "const { engine } = open(); const { network } = await until(engine, ({ network }) => network.kind === '" +
      kind + "'); done([network.kind, network.metered].join(' '));");
}

TEST(Platform, TheNetworkReachesAnEngineThatIsOpenUnderEachOfItsNumbers) {
  const Device device;
  Runtime runtime(device.file());
  ASSERT_EQ(runtime.run("open(); done('open')"), "open");
  const std::pair<MailboatNetworkKind, const char*> kinds[] = {
      {MailboatNetworkNone, "none"},
      {MailboatNetworkWifi, "wifi"},
      {MailboatNetworkCellular, "cellular"},
      {MailboatNetworkEthernet, "ethernet"},
      {MailboatNetworkOther, "other"},
      {MailboatNetworkUnknown, "unknown"},
  };
  for (const auto& [number, kind] : kinds) {
    mailboat_set_network(number, MailboatYes, MailboatUnsaid);
    EXPECT_EQ(networkOnceItIs(runtime, kind), std::string(kind) + " true");
  }
  mailboat_set_network(MailboatNetworkCellular, MailboatUnsaid, MailboatYes);
  EXPECT_EQ(networkOnceItIs(runtime, "cellular"), "cellular true");
  mailboat_set_network(MailboatNetworkWifi, MailboatNo, MailboatYes);
  EXPECT_EQ(networkOnceItIs(runtime, "wifi"), "wifi false");
}

TEST(Platform, AnEngineThatOpensLaterBeginsWithWhatWasSaid) {
  mailboat_set_network(MailboatNetworkEthernet, MailboatUnsaid, MailboatUnsaid);
  const Device device;
  Runtime runtime(device.file());
  EXPECT_EQ(runtime.run(kUntil + "done(status(open().engine).network.kind)"), "ethernet");
}

TEST(Platform, WhatIsNoNumberOfTheHeaderChangesNothing) {
  mailboat_set_network(MailboatNetworkWifi, MailboatUnsaid, MailboatUnsaid);
  for (const std::int32_t number : {-2, 6, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}) {
    mailboat_set_network(number, MailboatUnsaid, MailboatUnsaid);
    mailboat_set_network(MailboatNetworkNone, number, MailboatUnsaid);
    mailboat_set_network(MailboatNetworkNone, MailboatUnsaid, number);
    mailboat_set_app_state(number);
    mailboat_set_power(number);
  }
  const Device device;
  Runtime runtime(device.file());
  EXPECT_EQ(runtime.run(kUntil + "done(status(open().engine).network.kind)"), "wifi");
}

TEST(Platform, WithLittlePowerLowPriorityWaits) {
  mailboat_set_network(MailboatNetworkWifi, MailboatUnsaid, MailboatUnsaid);
  mailboat_set_app_state(MailboatBackground);
  mailboat_set_power(MailboatPowerLow);
  const Device device;
  Runtime runtime(device.file());
  const auto states = runtime.run(R"(
    const { engine } = open({ backend: { kind: "javaScript" } });
    const write = { type: "create", collection: "notes", values: { body: "later" }, options: { priority: "low" } };
    const { entry } = await execute(engine, write);
    done((await execute(engine, { type: "why", entry })).state))");
  EXPECT_EQ(states, "lowPriority");
  mailboat_set_power(MailboatPowerUnknown);
  mailboat_set_app_state(MailboatForeground);
}

TEST(Platform, ARelativePathLiesInTheFolderAndNullChangesNothing) {
  const TemporaryFolder folder;
  const std::filesystem::path databases = std::filesystem::path(folder.file("any")).parent_path();
  mailboat_set_database_folder(databases.c_str());
  mailboat_set_database_folder(nullptr);
  mailboat_set_database_folder("");
  Runtime runtime("notes.db");
  EXPECT_EQ(runtime.run("const { engine } = open(); await create(engine); done(count(engine));"), "1");
  EXPECT_TRUE(std::filesystem::exists(databases / "notes.db"));
  const auto closed = runtime.run("done(JSON.stringify(await execute(open().engine, { type: 'close' })))");
  EXPECT_EQ(closed, "null");
}

} // namespace
} // namespace mailboat::tests
