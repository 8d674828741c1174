// Writes the header of a TurboModule's specification with React Native's codegen:
//
//   node scripts/generate-spec.js            cpp/generated/MailboatSpecJSI.h
//   node scripts/generate-spec.js --check    only says whether that header is current
//   node scripts/generate-spec.js SPEC HEADER
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const RNCodegen = require("@react-native/codegen/lib/generators/RNCodegen");
const { TypeScriptParser } = require("@react-native/codegen/lib/parsers/typescript/parser");

const ROOT = path.join(__dirname, "..");
const SPEC = path.join(ROOT, "js/src/native/NativeMailboat.ts");
const NAME = "MailboatSpec";
const COMMITTED = path.join(ROOT, `cpp/generated/${NAME}JSI.h`);

/** The header as codegen writes it now. */
function generate(spec) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mailboat-codegen-"));
  try {
    const { modules } = new TypeScriptParser().parseFile(spec);
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
    return fs.readFileSync(path.join(folder, `${NAME}JSI.h`), "utf8");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function isCurrent() {
  return fs.existsSync(COMMITTED) && fs.readFileSync(COMMITTED, "utf8") === generate(SPEC);
}

const words = process.argv.slice(2);
if (words[0] !== "--check") {
  const [spec = SPEC, header = COMMITTED] = words;
  fs.writeFileSync(header, generate(spec));
} else if (!isCurrent()) {
  console.error(`${path.relative(ROOT, COMMITTED)} is stale: run \`npm run generate\``);
  process.exitCode = 1;
}
