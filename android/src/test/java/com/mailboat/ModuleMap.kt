package com.mailboat

/** React Native's global map of C++ modules, by android/src/test/cpp. */
internal object ModuleMap {
    init {
        System.loadLibrary("probe")
    }

    @JvmStatic
    external fun nameOfModule(name: String): String?
}
