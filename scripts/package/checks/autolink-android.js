// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { autolinked, expectSame } = require("../autolink");

/** @type {import("../checks").Check} */
module.exports = {
  id: "autolink-android",
  what: "autolinking finds the package's Gradle module and its ReactPackage in an Expo app",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const { mailboat, found } = autolinked(kit, "android", (folder) => {
      // As if package.json's `files` had forgotten it.
      if (planted) fs.rmSync(path.join(folder, "android/build.gradle"));
    });
    expectSame("the Gradle module", found.sourceDir, path.join(mailboat, "android"));
    expectSame("the import", found.packageImportPath, "import com.mailboat.MailboatPackage;");
    expectSame("the package", found.packageInstance, "new MailboatPackage()");
    // The module registers itself: with a name, React Native's CMake would look for code here.
    expectSame("the library of codegen", found.libraryName, undefined);
    const source = path.join(mailboat, "android/src/main/java/com/mailboat/MailboatPackage.kt");
    if (!fs.existsSync(source)) throw new Error(`${path.basename(source)} is not in the package`);
    return found.packageInstance;
  },
};
