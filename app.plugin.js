// Expo looks for a config plugin here. Its source is js/plugin.

module.exports = require("./dist/plugin").default;
