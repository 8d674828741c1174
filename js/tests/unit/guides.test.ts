// Every block of TypeScript in the README, the guides and the error catalogue compiles under
// `strict` against the package, as it would in an app.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileExamples, fencedExamples, ROOT, type Example } from "../docs/compileExamples";

/** React Native's types are compiled along: seconds, and more where others compile too. */
const LIMIT_MS = 180_000;

/** What a short block may leave out; a whole file imports all that it uses. */
const FREE_NAMES = [
  "./js/tests/docs/guideNames",
  "react-native-mailboat",
  "react-native-mailboat/components",
  "react",
  "react-native",
];

/** The files of the README's app import each other; the check `newcomer` compiles them there. */
const NEWCOMER = /<!-- newcomer:begin -->[^]*<!-- newcomer:end -->/;

function pages(): string[] {
  const guides = readdirSync(join(ROOT, "docs/guides")).map((name) => `docs/guides/${name}`);
  return ["README.md", "docs/errors.md", ...guides];
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const elsewhere = (app: string) => app.replace(/[^\n]/g, "");
  return fencedExamples(page, text.replace(NEWCOMER, elsewhere));
}

describe("the blocks of the guides", () => {
  it(
    "compile under strict",
    () => {
      const examples = pages().flatMap(examplesOf);
      expect(examples.length).toBeGreaterThan(35);
      expect(compileExamples(examples, { freeNames: FREE_NAMES })).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "do not compile with a name that the package does not have",
    () => {
      const code = 'import { useMail } from "react-native-mailboat";\nuseMail();\n';
      const wrong: Example = { file: "docs/guides/wrong.md", line: 7, language: "ts", code };
      expect(compileExamples([wrong], { freeNames: FREE_NAMES })).toEqual([
        expect.stringMatching(/^docs\/guides\/wrong\.md:7: .*useMail/),
      ]);
    },
    LIMIT_MS,
  );
});

describe("the guide on production", () => {
  it("has a row for every diagnostic, and for no other", () => {
    const source = readFileSync(join(ROOT, "js/src/diagnostics/diagnostic.ts"), "utf8");
    const declared = /^export interface DiagnosticData \{$([^]*?)^\}$/m.exec(source)?.[1] ?? "";
    const codes = [...declared.matchAll(/^ {2}(\w+): /gm)].map(([, code = ""]) => code);
    expect(codes.length).toBeGreaterThan(5);

    const guide = readFileSync(join(ROOT, "docs/guides/production.md"), "utf8");
    const table = /^\| code .*\n((?:\|.*\n)+)/m.exec(guide)?.[1] ?? "";
    const rows = table.split("\n").map((row) => row.split("|")[1] ?? "");
    const named = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, code = ""]) => code));
    expect(named.sort()).toEqual(codes.sort());
  });
});
