// Writes cpp/generated/MailboatSpecJSI.h from js/src/native/NativeMailboat.ts with React
// Native's codegen; with `--check` it only says whether the header is current.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const RNCodegen = require("@react-native/codegen/lib/generators/RNCodegen");
const { TypeScriptParser } = require("@react-native/codegen/lib/parsers/typescript/parser");

const ROOT = path.join(__dirname, "..");
const SPEC = path.join(ROOT, "js/src/native/NativeMailboat.ts");
const NAME = "MailboatSpec";
const HEADER = `${NAME}JSI.h`;
const COMMITTED = path.join(ROOT, "cpp/generated", HEADER);

/** The header as codegen writes it now. */
function generate() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mailboat-codegen-"));
  try {
    const { modules } = new TypeScriptParser().parseFile(SPEC);
    const options = {
      libraryName: NAME,
      schema: { modules },
      outputDirectory: folder,
      // Codegen asks for it; only Java's generators use it.
      packageName: "com.mailboat",
      assumeNonnull: true,
      useLocalIncludePaths: false,
    };
    if (!RNCodegen.generate(options, { generators: ["modulesCxx"] })) {
      throw new Error("codegen wrote nothing");
    }
    return fs.readFileSync(path.join(folder, HEADER), "utf8");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const wanted = generate();
if (!process.argv.includes("--check")) {
  fs.writeFileSync(COMMITTED, wanted);
} else if (!fs.existsSync(COMMITTED) || fs.readFileSync(COMMITTED, "utf8") !== wanted) {
  console.error(`cpp/generated/${HEADER} is stale: run \`npm run generate\``);
  process.exitCode = 1;
}
