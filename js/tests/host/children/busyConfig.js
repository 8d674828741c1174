// A backend in JavaScript that never answers: `sync` waits for it.

const { config } = require("./waist");

module.exports = { busyConfig: (path) => config(path, { backend: { kind: "javaScript" } }) };
