// What TypeDoc makes of the package's TSDoc and of the guides (`npm run docs`). Whatever it has
// to say, of a link that leads nowhere or of a name without a word, is an error.

const { exports: entries } = require("./package.json");

// The properties of the schema that ships with the package, which `Collection` and `Column`
// describe: its type is its text, so that TypeDoc sees them here once more.
const collection = ["coalesce", "columns", "conflict", "indexes", "laneColumn", "lanePolicy"];
collection.push("name", "onRemoteDelete", "operations", "priority", "send", "write");
const column = ["maxBytes", "name", "optional", "type"];
const schema = "index.messagingSchema.__type.collections";

/** @type {Partial<import("typedoc").TypeDocOptions>} */
module.exports = {
  name: "Mailboat",
  entryPoints: Object.values(entries).flatMap((entry) =>
    typeof entry === "string"
      ? []
      : [entry.types.replace("./dist/", "js/src/").replace(/\.d\.ts$/, ".ts")],
  ),
  tsconfig: "tsconfig.build.json",
  out: "docs/api",
  projectDocuments: ["docs/*.md", "docs/guides/*.md"],
  excludeInternal: true,
  excludePrivate: true,
  // The pages are read beside the sources, not beside a host of them.
  disableSources: true,
  hideGenerator: true,
  includeVersion: true,
  // Links from page to page are js/tests/unit/links.test.ts's, which knows folders too.
  validation: { invalidLink: true, invalidPath: false, notDocumented: true, notExported: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  // Steps of a type, which say nothing by themselves.
  intentionallyNotExported: ["ColumnsOf", "DeepReadonly"],
  intentionallyNotDocumented: [
    schema,
    ...collection.map((name) => `${schema}.__type.${name}`),
    ...column.map((name) => `${schema}.__type.columns.__type.${name}`),
    // What tells the outcomes from one another; ts-rs has no words for it.
    "index.PushOutcome.__type.outcome",
  ],
};
