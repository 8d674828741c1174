// Where the suite in e2e/ runs. `linux.headless` needs no phone and no emulator: the exported
// page in a window with the real C++ module, see e2e/linux. The other two are written to
// Detox's current practice and run the same suite where the platforms' tools are; this
// project's own machines have neither an Android SDK nor Xcode, so nobody has run them here.
// What Detox needs in the Android project comes from @config-plugins/detox (app.json) when
// `expo prebuild` writes it.

const LINUX_DRIVER = "./e2e/linux/index.js";
const ANDROID_OUTPUT = "android/app/build/outputs/apk";
const IOS_OUTPUT = "ios/build/Build/Products/Release-iphonesimulator";

/** @type {Detox.DetoxConfig} */
module.exports = {
  testRunner: {
    args: { $0: "jest", config: "e2e/jest.config.js" },
    // A test that passes only the second time has found something.
    retries: 0,
    jest: { setupTimeout: 120_000, teardownTimeout: 30_000 },
  },
  behavior: { init: { exposeGlobals: false } },
  artifacts: {
    // With the slash at its end it is the folder itself, not the parent of one for each run.
    rootDir: process.env.MAILBOAT_ARTIFACTS ?? "../artifacts/e2e/",
    plugins: {
      log: "failing",
      screenshot: {
        enabled: true,
        shouldTakeAutomaticSnapshots: true,
        keepOnlyFailedTestsArtifacts: false,
        takeWhen: { testStart: false, testFailure: true, testDone: true },
      },
    },
  },
  apps: {
    page: {
      type: "linux.page",
      binaryPath: "dist",
      build: "npm run export:web",
    },
    apk: {
      type: "android.apk",
      binaryPath: `${ANDROID_OUTPUT}/release/app-release.apk`,
      testBinaryPath: `${ANDROID_OUTPUT}/androidTest/release/app-release-androidTest.apk`,
      build:
        "npx expo prebuild --platform android && cd android && ./gradlew assembleRelease assembleAndroidTest -DtestBuildType=release",
    },
    simulatorApp: {
      type: "ios.app",
      binaryPath: `${IOS_OUTPUT}/Mailboat.app`,
      build:
        "npx expo prebuild --platform ios && xcodebuild -workspace ios/Mailboat.xcworkspace -scheme Mailboat -configuration Release -sdk iphonesimulator -derivedDataPath ios/build -quiet",
    },
  },
  devices: {
    window: { type: LINUX_DRIVER },
    emulator: {
      type: "android.emulator",
      device: { avdName: process.env.MAILBOAT_AVD ?? "Pixel_API_35" },
    },
    simulator: {
      type: "ios.simulator",
      device: { type: process.env.MAILBOAT_SIMULATOR ?? "iPhone 16" },
    },
  },
  configurations: {
    "linux.headless": { device: "window", app: "page" },
    "android.emu.release": { device: "emulator", app: "apk" },
    "ios.sim.release": { device: "simulator", app: "simulatorApp" },
  },
};
