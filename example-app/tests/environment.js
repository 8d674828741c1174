// React Native's test environment, which has no network, with the `fetch` of Node beside it.

const ReactNativeEnvironment = require("@react-native/jest-preset/jest/react-native-env");

module.exports = class extends ReactNativeEnvironment {
  async setup() {
    await super.setup();
    this.global.nodeFetch = fetch;
  }
};
