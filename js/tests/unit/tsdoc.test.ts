// What an app's author reads in the editor: every export is described, every value of them
// shown in use, and what is shown compiles.

import { join, relative } from "node:path";
import ts from "typescript";
import {
  compileExamples,
  ENTRY_POINTS,
  fencedExamples,
  ROOT,
  TSDOC_FREE_NAMES,
  type Example,
} from "../docs/compileExamples";

/** One name that a subpath of the package exports. */
interface Export {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly isValue: boolean;
}

const program = programOf(join(ROOT, "tsconfig.build.json"));
const checker = program.getTypeChecker();
const exported = ENTRY_POINTS.flatMap(exportsOf);

function programOf(config: string): ts.Program {
  const onUnRecoverableConfigFileDiagnostic = ({ messageText }: ts.Diagnostic): never => {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, " "));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic };
  const parsed = ts.getParsedCommandLineOfConfigFile(config, {}, host);
  if (parsed === undefined) throw new Error(`${config} cannot be read`);
  return ts.createProgram(parsed.fileNames, parsed.options);
}

function exportsOf({ file, module }: (typeof ENTRY_POINTS)[number]): Export[] {
  const source = program.getSourceFile(file);
  const entry = source && checker.getSymbolAtLocation(source);
  if (entry === undefined) throw new Error(`${module} exports nothing at ${file}`);
  return checker.getExportsOfModule(entry).map((found) => {
    const isAlias = (found.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(found) : found;
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    return { name: `${module} ${found.name}`, symbol, isValue };
  });
}

const hasSummary = (symbol: ts.Symbol): boolean =>
  symbol.getDocumentationComment(checker).length > 0;

const hasExample = (symbol: ts.Symbol): boolean =>
  symbol.getJsDocTags(checker).some(({ name }) => name === "example");

/** What of an exported type, interface or class an app can name: not what is internal. */
function membersOf({ name, symbol }: Export): { name: string; symbol: ts.Symbol }[] {
  const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
  return members.filter(isPublic).map((member) => ({
    name: `${name}.${member.name}`,
    symbol: member,
  }));
}

function isPublic(member: ts.Symbol): boolean {
  if (member.getJsDocTags(checker).some(({ name }) => name === "internal")) return false;
  if ((member.flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Prototype)) !== 0)
    return false;
  // A constructor says nothing beyond its class, and the signature of an index has no name.
  if ((member.flags & (ts.SymbolFlags.Constructor | ts.SymbolFlags.Signature)) !== 0) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return !(member.declarations ?? []).some(
    (declaration) => (ts.getCombinedModifierFlags(declaration) & hidden) !== 0,
  );
}

/** The code of every `@example` in the package's sources. */
function examples(): Example[] {
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(join(ROOT, "js/src/")))
    .flatMap((source) => {
      const found: Example[] = [];
      const visit = (node: ts.Node): void => {
        for (const doc of ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) {
          if (doc.parent === node) found.push(...examplesIn(source, doc));
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
}

function examplesIn(source: ts.SourceFile, doc: ts.JSDoc): Example[] {
  const file = relative(ROOT, source.fileName);
  return (doc.tags ?? [])
    .filter(({ tagName }) => tagName.text === "example")
    .flatMap((tag) => {
      const line = source.getLineAndCharacterOfPosition(tag.getStart(source)).line + 1;
      const text = tag.getFullText(source).replace(/^[ \t]*\* ?/gm, "");
      const fenced = fencedExamples(file, text, line);
      if (fenced.length === 0) throw new Error(`${file}:${line}: an @example without code`);
      return fenced;
    });
}

describe("TSDoc", () => {
  it("describes every export of every subpath", () => {
    expect(exported.length).toBeGreaterThan(100);
    expect(exported.filter(({ symbol }) => !hasSummary(symbol)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it("describes everything that an exported class or type has in it", () => {
    const members = exported.flatMap(membersOf);
    expect(members.length).toBeGreaterThan(100);
    expect(members.filter(({ symbol }) => !hasSummary(symbol)).map(({ name }) => name)).toEqual([]);
  });

  it("shows every exported value in use", () => {
    const values = exported.filter(({ isValue }) => isValue);
    expect(values.length).toBeGreaterThan(30);
    expect(values.filter(({ symbol }) => !hasExample(symbol)).map(({ name }) => name)).toEqual([]);
  });

  it("has examples that compile under strict", () => {
    const found = examples();
    expect(found.length).toBeGreaterThan(50);
    expect(compileExamples(found, { freeNames: TSDOC_FREE_NAMES })).toEqual([]);
  });

  it("does not take an example that is wrong", () => {
    const example = { file: "README.md", line: 10, language: "ts" } as const;
    const code = 'const one = 1;\nconst sent = mailboat.sendMessage(conversationId, "Ahoy", 3);';
    const options = { freeNames: TSDOC_FREE_NAMES };
    expect(compileExamples([{ ...example, code }], options)).toEqual([
      expect.stringMatching(/^README\.md:11: .*3.*CreateOptions/),
    ]);
    expect(compileExamples([{ ...example, code }])).toContain(
      "README.md:11: Cannot find name 'mailboat'.",
    );
  });
});
