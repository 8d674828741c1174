// docs/errors.md against the sources: a code that is missing there, a sentence that nobody
// says any more, or a word on retrying that the engine does not keep, fails here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");
const PAGE = read("docs/errors.md");

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The words of the one list, as the types that cross the waist have them. */
function codes(): string[] {
  const union = /^export type ErrorCode = (.*);$/m.exec(read("js/src/generated/waist.ts"))?.[1];
  return [...(union ?? "").matchAll(/"([A-Z_]+)"/g)].map(([, code = ""]) => code);
}

/** The words that `WaistError::new` calls retryable. */
function retryableCodes(): string[] {
  const list = /let retryable = matches!\(\s*code,([^)]*)\)/.exec(
    read("rust/engine/src/waist/error.rs"),
  )?.[1];
  return (list ?? "")
    .split("|")
    .map((name) => name.trim().replace(/(?<=[a-z])(?=[A-Z])/g, "_"))
    .map((name) => name.toUpperCase());
}

/** The rows of the page's tables, cell by cell; a table's head and its line are left out. */
function rowsOf(text: string): string[][] {
  return [...text.matchAll(/^\|(?! *-)(.*)\|$/gm)]
    .map(([, row = ""]) => row.split("|").map((cell) => cell.trim()))
    .filter(([first = ""]) => first !== "code" && first !== "message" && first !== "field");
}

function section(title: string): string {
  return PAGE.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
}

/** Everything that may hold a sentence, with sentences that span lines in one piece. */
function sources(): string {
  const folders = ["rust/core/src", "rust/store/src", "rust/engine/src", "js/src"];
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(rs|tsx?)$/.test(file))
        .map((file) => read(join(folder, file))),
    )
    .join("\n")
    .replace(/["`]\s*\+\s*["`]/g, "");
}

describe("docs/errors.md", () => {
  it("has a row and a section for every code, and for no other", () => {
    expect(codes().length).toBeGreaterThan(10);
    const rows = rowsOf(section("The codes")).map(([code = ""]) => code.replace(/`/g, ""));
    expect(rows).toEqual(codes());
    const sections = [...PAGE.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code = ""]) => code);
    expect(sections).toEqual(codes());
  });

  it("says of each code what the engine does about retrying", () => {
    const retryable = rowsOf(section("The codes"))
      .filter(([, answer]) => answer === "yes")
      .map(([code = ""]) => code.replace(/`/g, ""));
    expect(retryable.length).toBeGreaterThan(3);
    expect(retryable.sort()).toEqual(retryableCodes().sort());
  });

  it("quotes only sentences that the sources have", () => {
    const text = sources();
    const quoted = codes().flatMap((code) =>
      rowsOf(section(code)).map(([message = ""]) => message),
    );
    expect(quoted.length).toBeGreaterThan(30);
    const pieces = quoted.flatMap((message) => message.split("…"));
    const said = (piece: string) => piece.length < 3 || text.includes(piece.trim());
    expect(pieces.filter((piece) => !said(piece))).toEqual([]);
  });
});
