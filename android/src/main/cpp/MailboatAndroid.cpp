// How Android gets at Mailboat. Loading this library puts the native module into React
// Native's global map, where its TurboModuleManager looks after the app's own providers, so
// that an app changes nothing in its C++; and it gives Kotlin's MailboatNative its methods.

#include "MailboatModule.h"
#include "MailboatPlatform.h"

#include <ReactCommon/CxxTurboModuleUtils.h>
#include <jni.h>

#include <array>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace {

constexpr auto kNativeClass = "com/mailboat/MailboatNative";

/// Java's strings are UTF-16 and JNI's own conversion is not UTF-8, so Kotlin sends bytes.
void setDatabaseFolder(JNIEnv* env, jclass, jbyteArray folder) {
  std::string text(static_cast<std::size_t>(env->GetArrayLength(folder)), '\0');
  env->GetByteArrayRegion(
      folder, 0, static_cast<jsize>(text.size()), reinterpret_cast<jbyte*>(text.data()));
  mailboat_set_database_folder(text.c_str());
}

void setNetwork(JNIEnv*, jclass, jint kind, jint metered, jint validated) {
  mailboat_set_network(kind, metered, validated);
}

void setAppState(JNIEnv*, jclass, jint state) {
  mailboat_set_app_state(state);
}

void setPower(JNIEnv*, jclass, jint power) {
  mailboat_set_power(power);
}

/// Answers how it ended, and the numbers of the report in their order.
jlongArray syncOnce(JNIEnv* env, jclass, jint budgetMs) {
  MailboatSyncReport report{};
  const auto budget = budgetMs > 0 ? static_cast<std::uint32_t>(budgetMs) : 0;
  const jlong end = mailboat_sync_once(nullptr, budget, &report);
  const std::array<jlong, 4> answer{end, report.sent, report.received, report.left};
  auto* const array = env->NewLongArray(static_cast<jsize>(answer.size()));
  if (array != nullptr) {
    env->SetLongArrayRegion(array, 0, static_cast<jsize>(answer.size()), answer.data());
  }
  return array;
}

void stopSync(JNIEnv*, jclass) {
  mailboat_stop_sync();
}

/// JNI's table wants names that may be written to, and never writes to them.
JNINativeMethod method(const char* name, const char* signature, void* function) {
  return {const_cast<char*>(name), const_cast<char*>(signature), function};
}

bool registerMethods(JNIEnv* env) {
  const JNINativeMethod methods[] = {
      method("setDatabaseFolder", "([B)V", reinterpret_cast<void*>(setDatabaseFolder)),
      method("setNetwork", "(III)V", reinterpret_cast<void*>(setNetwork)),
      method("setAppState", "(I)V", reinterpret_cast<void*>(setAppState)),
      method("setPower", "(I)V", reinterpret_cast<void*>(setPower)),
      method("syncOnce", "(I)[J", reinterpret_cast<void*>(syncOnce)),
      method("stopSync", "()V", reinterpret_cast<void*>(stopSync)),
  };
  // The class is found because it is the one that loads this library.
  auto* const kotlin = env->FindClass(kNativeClass);
  return kotlin != nullptr &&
         env->RegisterNatives(kotlin, methods, static_cast<jint>(std::size(methods))) == JNI_OK;
}

void registerModule() {
  using facebook::react::CallInvoker;
  facebook::react::registerCxxModuleToGlobalModuleMap(
      std::string{mailboat::MailboatModule::kModuleName},
      [](std::shared_ptr<CallInvoker> jsInvoker) {
        return std::make_shared<mailboat::MailboatModule>(std::move(jsInvoker));
      });
}

} // namespace

/// Runs once, on the thread that loads the library, which MailboatInitializer does before any
/// JavaScript runs: React Native's map has no lock.
extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void*) {
  JNIEnv* env = nullptr;
  if (machine->GetEnv(reinterpret_cast<void**>(&env), JNI_VERSION_1_6) != JNI_OK || !registerMethods(env)) {
    return JNI_ERR;
  }
  try {
    registerModule();
  } catch (const std::exception&) {
    return JNI_ERR;
  }
  return JNI_VERSION_1_6;
}
