// Writes docs/verified.md, the table of what was checked where:
//
//   node scripts/package/table.js            writes it
//   node scripts/package/table.js --check    only says whether it is current
//
// Its rows come from the checks of the package, which say themselves where they look, and
// from the suites below. A suite that package.json does not have is an error.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const prettier = require("prettier");
const { PLACES, checks } = require("./checks");
const manifest = require("../../package.json");

const root = path.join(__dirname, "../..");
const written = path.join(root, "docs/verified.md");

/** @typedef {(typeof PLACES)[number]} Place */
/** @typedef {{ where: Place, what: string, script: keyof typeof manifest.scripts, words?: string }} Suite */

/** What `npm test` runs beside the checks of the package. @type {Suite[]} */
const SUITES = [
  {
    where: "Linux host (Node)",
    what: "the TypeScript package and the testing package on the real engine",
    script: "test:js",
  },
  {
    where: "Linux host (Node)",
    what: "hooks and components with React Native's Jest preset",
    script: "test:hooks",
  },
  {
    where: "Linux host (Node)",
    what: "the conformance suite of the waist",
    script: "test:conformance",
    words: "--host node",
  },
  {
    where: "Linux host (Node)",
    what: "a writer that is killed at any moment, against a durable server",
    script: "test:kill",
  },
  {
    where: "JavaScriptCore",
    what: "the native module's C++ tests",
    script: "test:shim",
  },
  {
    where: "JavaScriptCore",
    what: "the conformance suite through the native module",
    script: "test:conformance",
    words: "--host jsc",
  },
  {
    where: "JavaScriptCore",
    what: "runtimes that end with work in flight, under sanitizers",
    script: "test:teardown",
  },
  {
    where: "Hermes",
    what: "the native module's C++ tests",
    script: "test:shim",
    words: "--engine hermes",
  },
  {
    where: "Hermes",
    what: "the conformance suite through the native module",
    script: "test:conformance",
    words: "--host hermes",
  },
  {
    where: "Hermes",
    what: "runtimes that end with work in flight, under sanitizers",
    script: "test:teardown",
    words: "--engine hermes",
  },
  {
    where: "WebKitGTK",
    what: "the example app's page in a window, with the native module in it, under Detox",
    script: "e2e",
  },
  {
    where: "WebKitGTK",
    what: "the window, its page and its display",
    script: "test:window",
  },
];

/** @param {Suite} suite */
function suiteCommand({ script, words }) {
  if (!(script in manifest.scripts)) throw new Error(`package.json has no script ${script}`);
  return `npm run ${script}${words === undefined ? "" : ` -- ${words}`}`;
}

/** Lines of `| where | what | by |` for one place. @param {Place} place */
function rows(place) {
  const lines = [
    ...SUITES.filter(({ where }) => where === place).map((suite) => ({
      what: suite.what,
      by: suiteCommand(suite),
    })),
    ...checks()
      .filter(({ where }) => where === place)
      .map(({ what, id }) => ({ what, by: id })),
  ];
  if (lines.length === 0) return [`| ${place} | **not verified** | |`];
  return lines.map(({ what, by }, row) => `| ${row === 0 ? place : ""} | ${what} | \`${by}\` |`);
}

async function table() {
  const options = await prettier.resolveConfig(written);
  return prettier.format(
    `<!-- Written by scripts/package/table.js from the checks: do not edit, run \`npm run generate\`. -->

# Verified where

What is checked, and where it runs; the commands of Hermes only where \`scripts/hermes.sh\` has built
it. A name alone in the last column is a check of
\`npm run check:package\`: \`npm run check:package -- --only NAME\` runs it, and with \`--plant NAME\`
it looks at something broken on purpose, and must fail.

| where | what | by |
| --- | --- | --- |
${PLACES.flatMap(rows).join("\n")}

"Android headers" and "iOS headers" mean: compiled, linked or read on Linux against what those
platforms publish. Nothing of it has run on a phone, an emulator or a simulator.
`,
    { ...options, parser: "markdown" },
  );
}

async function main() {
  const text = await table();
  if (process.argv[2] !== "--check") {
    fs.writeFileSync(written, text);
  } else if (!fs.existsSync(written) || fs.readFileSync(written, "utf8") !== text) {
    console.error(`${path.relative(root, written)} is stale: run \`npm run generate\``);
    process.exitCode = 1;
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
