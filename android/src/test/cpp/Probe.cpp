// For the tests on this machine: asks React Native's global map as its TurboModuleManager does.

#include <ReactCommon/CxxTurboModuleUtils.h>
#include <ReactCommon/TurboModule.h>
#include <jni.h>

#include <string>

namespace {

/// React Native shows a module's name only to the module.
struct Named : facebook::react::TurboModule {
  static const std::string& of(const TurboModule& module) { return module.*&Named::name_; }
};

} // namespace

/// The name of the module that the map makes for `name`, or null when there is none.
extern "C" JNIEXPORT jstring JNICALL
Java_com_mailboat_ModuleMap_nameOfModule(JNIEnv* env, jclass, jstring name) {
  const char* text = env->GetStringUTFChars(name, nullptr);
  const std::string wanted{text};
  env->ReleaseStringUTFChars(name, text);
  const auto& map = facebook::react::globalExportedCxxTurboModuleMap();
  const auto found = map.find(wanted);
  if (found == map.end()) {
    return nullptr;
  }
  return env->NewStringUTF(Named::of(*found->second(nullptr)).c_str());
}
