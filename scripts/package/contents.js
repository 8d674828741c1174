// What is wrong with the files of a package: what does not belong, and what is missing though
// another of its files refers to it.

// @ts-check

const fs = require("node:fs");
const { builtinModules } = require("node:module");
const path = require("node:path");
const { expression, filesBelow } = require("./files");

/** Everything that may be in the package, and nothing else. */
const BELONGS = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^(app\.plugin\.js|react-native\.config\.js|Mailboat\.podspec)$/,
  /^dist\/[\w/]+(\.native)?(\.d\.ts|\.js|\.js\.map)$/,
  /^js\/src\/[\w/]+(\.native)?\.tsx?$/,
  /^cpp\/(generated\/)?\w+\.(cpp|h)$/,
  /^android\/(build\.gradle|CMakeLists\.txt|consumer-rules\.pro|exports\.map)$/,
  /^android\/src\/main\/(AndroidManifest\.xml|java\/com\/mailboat\/\w+\.kt|cpp\/\w+\.(cpp|h))$/,
  /^android\/prebuilt\/(arm64-v8a|armeabi-v7a|x86|x86_64)\/libmailboat_bridge\.a$/,
  /^ios\/\w+\.(h|mm|xcprivacy)$/,
  /^ios\/MailboatEngine\.xcframework\//,
];
/** Tests, wherever a pattern above would let them in. */
const TESTS = /(^|\/)(tests?|__tests__|__mocks__|conformance)\/|\.(test|spec)\.\w+$/;

/** What must be there for an app to find the package at all. */
const ENTRANCES = [
  ...["README.md", "LICENSE", "CHANGELOG.md", "app.plugin.js", "react-native.config.js"],
  ...["Mailboat.podspec", "android/build.gradle", "android/CMakeLists.txt"],
  ...["android/src/main/AndroidManifest.xml", "cpp/MailboatModule.cpp"],
];

/** Findings about the package in `folder`, none when all is well. @param {string} folder */
function findings(folder) {
  const files = filesBelow(folder);
  const known = new Set(files);
  const manifest = JSON.parse(read(folder, "package.json"));
  const missing = [...references(folder, files, manifest)].filter(
    ({ to }) => ![...to].some((file) => known.has(file)),
  );
  return [
    ...files
      .filter((file) => TESTS.test(file) || !BELONGS.some((pattern) => pattern.test(file)))
      .map((file) => `${file} does not belong`),
    ...missing.map(({ from, name }) => `${from} refers to ${name}, which is missing`),
    ...undeclared(folder, files, manifest),
    ...["scripts", "devDependencies"]
      .filter((field) => field in manifest)
      .map((field) => `package.json has ${field}`),
  ];
}

/** @typedef {{ from: string, name: string, to: string[] }} Reference one of the files `to` must be there */

/** @param {string} folder @param {string[]} files @param {any} manifest @returns {Generator<Reference>} */
function* references(folder, files, manifest) {
  for (const name of ENTRANCES) yield { from: "the package", name, to: [name] };
  for (const name of strings([manifest.main, manifest.types, manifest.exports])) {
    yield { from: "package.json", name, to: [path.posix.normalize(name)] };
  }
  for (const file of files) {
    const text = /\.(js|ts|map|cpp|h|mm|txt|gradle|podspec)$/.test(file) ? read(folder, file) : "";
    const resolve = (/** @type {string} */ name) => path.posix.join(path.posix.dirname(file), name);
    for (const { name, endings } of named(file, text)) {
      const patterns = endings(resolve).map(expression);
      const to = patterns.flatMap((pattern) => files.filter((it) => pattern.test(it)));
      yield { from: file, name, to };
    }
  }
}

/** @typedef {(name: string) => string} Resolve */

/**
 * Names of other files in a file, with the paths or patterns that they may mean.
 *
 * @param {string} file @param {string} text
 * @returns {{ name: string, endings: (resolve: Resolve) => string[] }[]}
 */
function named(file, text) {
  if (file.endsWith(".js.map")) {
    const { sources } = JSON.parse(text);
    return sources.map((/** @type {string} */ name) => exact(name));
  }
  if (/\.(js|d\.ts)$/.test(file)) {
    const ending = file.endsWith(".js") ? [".js", "/index.js"] : [".d.ts", "/index.d.ts"];
    return imports(codeOf(text))
      .filter((name) => name.startsWith("."))
      .map((name) => ({
        name,
        endings: (at) => ending.map((end) => at(name) + end).concat(at(name)),
      }));
  }
  if (/\.(cpp|h|mm)$/.test(file)) {
    // Beside the file, or where both build files let the compiler look.
    return all(text, /^#(?:include|import) "([^"]+)"/gm).map((name) => ({
      name,
      endings: (at) => [at(name), `cpp/${name}`],
    }));
  }
  if (file === "android/CMakeLists.txt") {
    const paths = text
      .replaceAll("${shim}", "../cpp")
      .replaceAll("${CMAKE_CURRENT_SOURCE_DIR}/", "");
    return all(paths, /([\w./]+\.(?:cpp|map))\b/g).map(exact);
  }
  if (file === "android/build.gradle") return all(text, /"([\w.-]+\.(?:txt|pro))"/g).map(exact);
  if (file.endsWith(".podspec")) {
    return all(text, /"((?:ios|cpp)\/[^"]+)"/g)
      .filter((name) => !name.endsWith(".xcframework"))
      .map(exact);
  }
  return [];
}

/** @param {string} name */
function exact(name) {
  return { name, endings: (/** @type {Resolve} */ at) => [at(name)] };
}

/** The names of modules that a file imports. @param {string} text */
function imports(text) {
  return all(text, /(?:\brequire\(|\bfrom |\bimport\(|^import )["']([\w@./:-]+)["']/gm);
}

/** Packages that the code imports and package.json does not speak of. @param {string} folder @param {string[]} files @param {any} manifest */
function undeclared(folder, files, manifest) {
  const declared = new Set([
    manifest.name,
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  return files
    .filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file))
    .flatMap((file) =>
      imports(codeOf(read(folder, file)))
        .filter((name) => !name.startsWith(".") && !name.startsWith("node:"))
        .map((name) =>
          name
            .split("/")
            .slice(0, name.startsWith("@") ? 2 : 1)
            .join("/"),
        )
        .filter((name) => !declared.has(name) && !builtinModules.includes(name))
        .map((name) => `${file} imports ${name}, which package.json does not name`),
    );
}

/** Without comments, whose examples import the package and more. @param {string} text */
function codeOf(text) {
  return text.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
}

/** @param {string} text @param {RegExp} pattern @returns {string[]} */
function all(text, pattern) {
  return [...text.matchAll(pattern)].map((match) => String(match[1]));
}

/** Every string in a value of JSON. @param {unknown} value @returns {string[]} */
function strings(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** @param {string} folder @param {string} file */
function read(folder, file) {
  return fs.readFileSync(path.join(folder, file), "utf8");
}

module.exports = { findings };
