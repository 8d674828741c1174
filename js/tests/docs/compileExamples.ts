// Compiles the examples of the documentation as an app's own files would be: under `strict`,
// against the package. They are files that exist in memory only, one for each example.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Code of the documentation, and where it stands. */
export interface Example {
  /** The file that holds it, seen from the repository's root. */
  readonly file: string;
  /** Line of that file which the code's first line is, from 1. */
  readonly line: number;
  /** What it is written in. */
  readonly language: "ts" | "tsx";
  /** The code itself. */
  readonly code: string;
}

/** What the examples are compiled with. */
export interface CompileOptions {
  /**
   * Modules whose exports an example may use without an import, the first that has a name
   * wins: short examples leave out what every reader can guess. None when left out, so that an
   * example stands as a reader would type it.
   */
  readonly freeNames?: readonly string[];
}

export const ROOT = join(__dirname, "../../..");

/** What the package exports: each module's name and its source, by `exports` of package.json. */
export const ENTRY_POINTS = entryPoints();

/** What the examples of TSDoc may use without an import. */
export const TSDOC_FREE_NAMES = [
  "./js/tests/docs/freeNames",
  ...ENTRY_POINTS.map(({ module }) => module),
  "react",
  "react-native",
];

/** As Expo's template has it, so that what compiles here compiles in an app. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node", "jest"],
  paths: Object.fromEntries(ENTRY_POINTS.map(({ file, module }) => [module, [file]])),
};

/** Compiles the examples; answers one line for each error, with the place in the documentation. */
export function compileExamples(
  examples: readonly Example[],
  { freeNames = [] }: CompileOptions = {},
): string[] {
  const files = new Map<string, string>();
  const host = hostWith(files);
  const names = namesOf(freeNames, host);
  const placed = examples.map((example, index) => {
    const path = join(ROOT, `example-${index}.${example.language}`);
    files.set(path, asModule(example, names));
    return { example, path };
  });
  const ambient = join(__dirname, "modules.d.ts");
  const program = ts.createProgram([ambient, ...files.keys()], OPTIONS, host);
  return placed.flatMap(({ example, path }) => {
    const source = program.getSourceFile(path);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText, start = 0 }) => {
      const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
      const text = ts.flattenDiagnosticMessageText(messageText, " ");
      return `${example.file}:${example.line + line}: ${text}`;
    });
  });
}

/** The examples in `ts` and `tsx` fences of a Markdown text, and of TSDoc without its stars. */
export function fencedExamples(file: string, text: string, firstLine = 1): Example[] {
  const examples: Example[] = [];
  const fences = /^```(tsx?)\b[^\n]*\n([\s\S]*?)^```/gm;
  for (const { 0: fence, 1: language, 2: code = "", index } of text.matchAll(fences)) {
    if (fence === "" || (language !== "ts" && language !== "tsx")) continue;
    const line = firstLine + text.slice(0, index).split("\n").length;
    examples.push({ file, line, language, code });
  }
  return examples;
}

function entryPoints(): { readonly module: string; readonly file: string }[] {
  const { exports, name } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
  };
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const types = typeof target === "string" ? undefined : target.types;
    if (types === undefined) return [];
    const source = types.replace("./dist/", "js/src/").replace(/\.d\.ts$/, ".ts");
    return [{ module: name + subpath.slice(1), file: join(ROOT, source) }];
  });
}

/** Files of the disk are parsed once: React Native's types are most of the work. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The compiler's own host, with files in memory beside those of the disk. */
function hostWith(files: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  return {
    ...host,
    getCurrentDirectory: () => ROOT,
    fileExists: (path) => files.has(path) || host.fileExists(path),
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile: (path, version) => {
      const text = files.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, version, true);
      if (!parsed.has(path)) parsed.set(path, host.getSourceFile(path, version));
      return parsed.get(path);
    },
  };
}

/** For each name that needs no import the module it comes from. */
function namesOf(modules: readonly string[], host: ts.CompilerHost): Map<string, string> {
  const names = new Map<string, string>();
  if (modules.length === 0) return names;
  const containing = join(ROOT, "names.ts");
  const resolved = modules.map((module) => {
    const found = ts.resolveModuleName(module, containing, OPTIONS, host).resolvedModule;
    if (found === undefined) throw new Error(`There is no module ${module}`);
    return { module, file: found.resolvedFileName };
  });
  const program = ts.createProgram(
    resolved.map(({ file }) => file),
    OPTIONS,
    host,
  );
  const checker = program.getTypeChecker();
  for (const { file, module } of resolved) {
    const source = program.getSourceFile(file);
    const symbol = source && checker.getSymbolAtLocation(source);
    if (symbol === undefined) throw new Error(`${file} exports nothing`);
    for (const { name } of checker.getExportsOfModule(symbol)) {
      if (!names.has(name)) names.set(name, module);
    }
  }
  return names;
}

/**
 * An example as a module: what it leaves out is imported in front of its first line, and one
 * with a `return` outside of a function is the body of a component.
 */
function asModule({ code, language }: Example, names: ReadonlyMap<string, string>): string {
  const kind = language === "tsx" ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const version = ts.ScriptTarget.Latest;
  const source = ts.createSourceFile(`example.${language}`, code, version, true, kind);
  const own = new Set<string>();
  const used = new Set<string>();
  visit(source, own, used);
  const imports = [...used]
    .filter((name) => !own.has(name) && names.has(name))
    .map((name) => `import { ${name} } from "${names.get(name) ?? ""}"; `)
    .join("");
  const isBody = source.statements.some(ts.isReturnStatement);
  return isBody ? `${imports}export function Example() { ${code}\n}` : `${imports}${code}`;
}

/** Gathers the names that a tree declares and those that it uses, however deep. */
function visit(node: ts.Node, own: Set<string>, used: Set<string>): void {
  if (ts.isIdentifier(node)) (isDeclared(node) ? own : used).add(node.text);
  ts.forEachChild(node, (child) => {
    visit(child, own, used);
  });
}

/** Whether an identifier is the name of what its parent declares for the code around it. */
function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return false;
  if (ts.isImportSpecifier(parent) || ts.isBindingElement(parent)) return parent.name === node;
  const declares =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isTypeParameterDeclaration(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent);
  return declares && parent.name === node;
}
