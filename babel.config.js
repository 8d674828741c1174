// For Jest only: the package itself is built by tsc (`npm run build:js`).
module.exports = {
  presets: ["module:@react-native/babel-preset"],
};
