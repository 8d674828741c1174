// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { autolinked, expectSame } = require("../autolink");

/** @type {import("../checks").Check} */
module.exports = {
  id: "autolink-ios",
  what: "autolinking finds the package's podspec in an Expo app",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const { mailboat, found } = autolinked(kit, "ios", (folder) => {
      // As if package.json's `files` had forgotten it.
      if (planted) fs.rmSync(path.join(folder, "Mailboat.podspec"));
    });
    expectSame("the podspec", found.podspecPath, path.join(mailboat, "Mailboat.podspec"));
    return `pod ${path.basename(found.podspecPath, ".podspec")} ${found.version}`;
  },
};
