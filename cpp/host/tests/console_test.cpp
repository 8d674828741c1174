// What JavaScript and native code may rely on in a console: order, endings, other
// runtimes, text. The same on every engine.
#include "console/Console.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace mailboat::console {
namespace {

using namespace facebook;

/// A test that hangs fails after it.
constexpr auto patience = std::chrono::minutes(1);

/// Collects what JavaScript gives to `say(text)`.
class Stage {
 public:
  Stage() {
    options_.globals = [this](jsi::Runtime& runtime, const auto&) {
      auto say = [this](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* args, size_t) {
        said += (said.empty() ? "" : " ") + args[0].asString(rt).utf8(rt);
        return jsi::Value();
      };
      runtime.global().setProperty(
          runtime,
          "say",
          jsi::Function::createFromHostFunction(
              runtime, jsi::PropNameID::forAscii(runtime, "say"), 1, std::move(say)));
    };
  }

  /// Runs a program to its end.
  Ending play(const std::string& program) {
    Console console(options_);
    console.evaluate(Bundle::fromText(program, "test.js"));
    console.runUntil(Clock::now() + patience);
    EXPECT_TRUE(console.ended()) << "the program did not end";
    return console.ending();
  }

  const ConsoleOptions& options() const { return options_; }

  std::string said;

 private:
  ConsoleOptions options_;
};

TEST(Console, RunsMicrotasksAfterEachTaskAndTasksInOrder) {
  Stage stage;
  const Ending ending = stage.play(R"(
    setTimeout(() => { say('t1'); Promise.resolve().then(() => say('t1.micro')) }, 0)
    setTimeout(say, 0, 't2')
    setImmediate(() => { say('i1'); Promise.resolve().then(() => say('i1.micro')) })
    setImmediate(say, 'i2')
    Promise.resolve().then(() => say('p1')).then(() => say('p1.1'))
    queueMicrotask(() => { say('m1'); queueMicrotask(() => say('m1.1')) })
    Promise.resolve().then(() => say('p2'))
    setTimeout(() => consoleHost.exit(0), 1)
    say('sync'))");
  EXPECT_EQ(ending.text, "");
  EXPECT_EQ(stage.said, "sync p1 m1 p2 p1.1 m1.1 i1 i1.micro i2 t1 t1.micro t2");
}

TEST(Timers, AreDueByDeadlineThenByCreation) {
  const auto runtime = makeRuntime();
  TaskQueue tasks;
  Timers timers(tasks);
  const Clock::time_point start;
  std::string fired;
  const auto set = [&](const char* name, double delayMs) {
    auto append = [&fired, name](jsi::Runtime&, const jsi::Value&, const jsi::Value*, size_t) {
      fired += name;
      return jsi::Value();
    };
    return timers.set(
        jsi::Function::createFromHostFunction(
            *runtime, jsi::PropNameID::forAscii(*runtime, name), 0, std::move(append)),
        {},
        delayMs,
        start);
  };
  const auto runDue = [&](std::chrono::milliseconds after) {
    const auto next = timers.queueDue(start + after);
    while (const auto task = tasks.take(start)) {
      (*task)(*runtime);
    }
    return next;
  };

  set("d", 20);
  set("b", 10);
  set("c", 10.9);
  set("a", -5);
  const auto cancelled = set("x", 15);
  set("e", std::nan(""));
  EXPECT_EQ(runDue(std::chrono::milliseconds(9)), start + std::chrono::milliseconds(10));
  EXPECT_EQ(fired, "ae");
  timers.cancel(cancelled);
  EXPECT_EQ(runDue(std::chrono::milliseconds(10)), start + std::chrono::milliseconds(20));
  EXPECT_EQ(runDue(std::chrono::milliseconds(500)), Clock::time_point::max());
  EXPECT_EQ(fired, "aebcd");
}

TEST(Console, ATimerIsCancelledEvenWhenItIsDue) {
  Stage stage;
  stage.play(R"(
    setTimeout(() => { clearTimeout(second); clearImmediate(third) }, 0)
    const second = setTimeout(say, 0, 'second')
    let third
    setTimeout(() => { third = setImmediate(say, 'third'); clearTimeout(third) }, 0)
    setTimeout(() => consoleHost.exit(0), 1)
    clearTimeout(undefined)
    clearTimeout(12345))");
  EXPECT_EQ(stage.said, "");
}

TEST(Console, NoMicrotaskRunsInsideANativeTask) {
  Stage stage;
  Console console(stage.options());
  console.evaluate(
      Bundle::fromText("var settle; new Promise((done) => { settle = done }).then(say)", "test.js"));
  console.invoker()->invokeAsync([&](jsi::Runtime& runtime) {
    runtime.global().getPropertyAsFunction(runtime, "settle").call(runtime, "settled");
    runtime.global().getPropertyAsFunction(runtime, "say").call(runtime, "task");
  });
  EXPECT_TRUE(console.turn(Clock::now() + patience));
  EXPECT_EQ(stage.said, "task settled");
}

TEST(Console, ExitEndsItAfterTheTaskAndItsMicrotasks) {
  Stage stage;
  const Ending ending = stage.play(R"(
    consoleHost.exit(7)
    setTimeout(say, 0, 'timer')
    Promise.resolve('microtask').then(say)
    say('rest'))");
  EXPECT_EQ(ending.kind, Ending::Kind::exited);
  EXPECT_EQ(ending.code, 7);
  EXPECT_EQ(stage.said, "rest microtask");
}

TEST(Console, AnErrorThatNobodyCaughtEndsItWithItsStack) {
  const std::string programs[] = {
      "function captain() { throw new Error('aground') } captain()",
      "setTimeout(function captain() { throw new Error('aground') }, 0)",
      "queueMicrotask(function captain() { throw new Error('aground') })",
      "(async function captain() { throw new Error('aground') })()",
      "consoleHost.exit(0); (function captain() { throw new Error('aground') })()",
  };
  for (const std::string& program : programs) {
    Stage stage;
    const Ending ending = stage.play(program);
    EXPECT_EQ(ending.kind, Ending::Kind::failed) << program;
    EXPECT_NE(ending.text.find("aground"), std::string::npos) << program;
    EXPECT_NE(ending.text.find("test.js"), std::string::npos) << program << ending.text;
  }
}

TEST(Console, AnExceptionOfANativeTaskEndsIt) {
  Console console({});
  console.invoker()->invokeAsync([](jsi::Runtime&) { throw std::runtime_error("leak"); });
  EXPECT_TRUE(console.turn(Clock::now() + patience));
  EXPECT_TRUE(console.ended());
  EXPECT_NE(console.ending().text.find("leak"), std::string::npos);
}

TEST(Console, ASecondRuntimeEvaluatesTheSameBundleAndAnswers) {
  Stage stage;
  const Ending ending = stage.play(R"(
    const { scenario, runInNewRuntime, exit, finish } = consoleHost
    if (scenario?.name === 'answer') setTimeout(() => finish('from ' + scenario.arg), 1)
    if (scenario?.name === 'load') throw new Error('broken')
    if (scenario?.name === 'task') setTimeout(() => { throw new Error('broken') }, 1)
    if (!scenario) (async () => {
      say((await Promise.all(['a', 'b'].map((arg) => runInNewRuntime('answer', arg)))).join())
      for (const name of ['load', 'task'])
        say(await runInNewRuntime(name, '').catch((error) => String(error.message.includes('broken'))))
      runInNewRuntime('silent', '')
      exit(0)
    })())");
  EXPECT_EQ(ending.text, "");
  EXPECT_EQ(stage.said, "from a,from b true true");
}

TEST(Console, TextKeepsEveryCharacter) {
  Stage stage;
  const Ending ending = stage.play(R"(
    const texts = ['', '\0', 'a\0b\u{1F6A2}\0', '\u00E9\u20AC', 'x'.repeat(1 << 20), '\uD800', 'a\uDC00b\u{1F6A2}\uD83D']
    const { scenario, runInNewRuntime, exit, finish } = consoleHost
    if (scenario) finish(texts[scenario.arg])
    else (async () => {
      for (const i of texts.keys()) {
        const wellFormed = texts[i].replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g,
          (match) => match.length === 2 ? match : '\uFFFD')
        if (await runInNewRuntime('text', String(i)) !== wellFormed) say('differs: ' + i)
      }
      exit(0)
    })())");
  EXPECT_EQ(ending.text, "");
  EXPECT_EQ(stage.said, "");
}

class Beacon final : public react::TurboModule {
 public:
  Beacon(const std::shared_ptr<react::CallInvoker>& invoker, bool& alive)
      : TurboModule("Beacon", invoker), alive_(alive) {
    alive_ = true;
  }
  ~Beacon() override { alive_ = false; }

 private:
  bool& alive_;
};

TEST(Console, AModuleIsMadeOnceAndLivesAsLongAsTheRuntime) {
  bool alive = false;
  int made = 0;
  {
    ConsoleOptions options;
    options.modules = [&](const std::string& name,
                          const auto& invoker) -> std::shared_ptr<react::TurboModule> {
      if (name != "Beacon") {
        return nullptr;
      }
      ++made;
      return std::make_shared<Beacon>(invoker, alive);
    };
    Console console(std::move(options));
    console.evaluate(Bundle::fromText(
        "if (__turboModuleProxy('Beacon') !== __turboModuleProxy('Beacon')) throw new Error('twice')\n"
        "if (__turboModuleProxy('Other') !== null) throw new Error('invented')",
        "test.js"));
    EXPECT_EQ(console.ending().text, "");
    EXPECT_TRUE(alive);
  }
  EXPECT_EQ(made, 1);
  EXPECT_FALSE(alive);
}

TEST(Console, TasksOfOtherThreadsAreDroppedOnceItIsGone) {
  auto console = std::make_unique<Console>(ConsoleOptions{});
  const auto invoker = console->invoker();
  auto token = std::make_shared<int>(0);
  bool ran = false;
  const auto post = [&] {
    std::thread([&] { invoker->invokeAsync([token, &ran](jsi::Runtime&) { ran = true; }); }).join();
  };
  post();
  console.reset();
  EXPECT_EQ(token.use_count(), 1) << "the task that waited still holds something";
  post();
  EXPECT_EQ(token.use_count(), 1) << "the task that came too late still holds something";
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace mailboat::console
