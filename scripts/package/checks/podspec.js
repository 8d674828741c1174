// Mailboat.podspec, evaluated by Ruby with React Native's own part of it, and what it names.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { expression, filesBelow } = require("../files");

/** Without them CocoaPods takes no pod. */
const REQUIRED = ["name", "version", "summary", "license", "homepage", "authors", "source"];
/** Debian's Ruby; it is unpacked, not installed. */
const RUBY = "3.1";
const RUBY_PACKAGES = [`ruby${RUBY}`, `libruby${RUBY}`, "libyaml-0-2"];
const SYSTEM_FRAMEWORK = /^#import <(\w+)\/\1\.h>$/gm;
/** Foundation comes with Objective-C. */
const COMES_ALONG = ["Foundation"];
const INCLUDE = /^#(?:include|import) "([^"]+)"$/gm;

/** How to run it. @param {import("../kit").Kit} kit */
function ruby(kit) {
  const usr = path.join(kit.apt(RUBY_PACKAGES, "ruby"), "usr");
  const libraries = path.join(usr, "lib/x86_64-linux-gnu");
  const gems = path.join(usr, `lib/ruby/gems/${RUBY}.0/gems`);
  const rexml = fs.readdirSync(gems).filter((gem) => gem.startsWith("rexml-"));
  const env = {
    LD_LIBRARY_PATH: libraries,
    RUBYLIB: [
      path.join(usr, `lib/ruby/${RUBY}.0`),
      path.join(libraries, `ruby/${RUBY}.0`),
      ...rexml.map((gem) => path.join(gems, gem, "lib")),
    ].join(":"),
  };
  const program = path.join(usr, `bin/ruby${RUBY}`);
  /** @param {string[]} args */
  return (args) => kit.exec(program, ["--disable-gems", ...args], { env }).stdout;
}

/** Without the engine the podspec must say how to make it. @param {(args: string[]) => string} run @param {string[]} args */
function refusesWithoutEngine(run, args) {
  try {
    run(args);
  } catch (error) {
    if (String(error).includes("scripts/build-ios.sh")) return;
    throw error;
  }
  throw new Error("it does not notice that the engine is missing");
}

/** What the sources ask for and the pod has not. @param {string} folder @param {string[]} sources @param {string[]} frameworks */
function unresolved(folder, sources, frameworks) {
  return sources.flatMap((source) => {
    const text = fs.readFileSync(path.join(folder, source), "utf8");
    const headers = [...text.matchAll(INCLUDE)].map(([, name]) => String(name));
    const missingHeaders = headers.filter(
      (name) => !["cpp", path.dirname(source)].some((at) => sources.includes(path.join(at, name))),
    );
    const wanted = [...text.matchAll(SYSTEM_FRAMEWORK)].map(([, name]) => String(name));
    const missingFrameworks = wanted.filter(
      (name) => !COMES_ALONG.includes(name) && !frameworks.includes(name),
    );
    return [...missingHeaders, ...missingFrameworks].map((name) => `${source}: ${name}`);
  });
}

/** @type {import("../checks").Check} */
module.exports = {
  id: "podspec",
  what: "the podspec evaluates, its patterns name the shim, its headers and the glue, and nothing else",
  where: "iOS headers",
  speed: "quick",
  async run(kit, { planted }) {
    const run = ruby(kit);
    for (const name of ["Mailboat.podspec", "package.json", "LICENSE", "cpp", "ios"]) {
      kit.copy(path.join(kit.root, name), path.join(kit.scratch, name));
    }
    const podspec = path.join(kit.scratch, "Mailboat.podspec");
    // It would compile the tests of the shim into every app.
    if (planted) kit.edit(podspec, "cpp/*.{h,cpp}", "cpp/**/*.{h,cpp}");

    run(["-c", podspec]);
    const evaluation = [
      path.join(kit.root, "scripts/package/podspec.rb"),
      ...[podspec, path.join(kit.root, "node_modules/react-native")],
    ];
    const engine = path.join(kit.scratch, "ios/MailboatEngine.xcframework");
    fs.rmSync(engine, { recursive: true, force: true });
    refusesWithoutEngine(run, evaluation);
    fs.mkdirSync(engine);
    const spec = JSON.parse(run(evaluation));

    const empty = REQUIRED.filter((name) => !spec[name]);
    if (empty.length > 0) throw new Error(`it does not set ${empty.join(", ")}`);
    const files = filesBelow(kit.scratch);
    const patterns = [...spec.source_files, ...Object.values(spec.resource_bundles).flat()];
    const idle = patterns.filter(
      (pattern) => !files.some((file) => expression(pattern).test(file)),
    );
    if (idle.length > 0) throw new Error(`nothing matches ${idle.join(", ")}`);
    /** @param {string[]} some */
    const matched = (some) =>
      files.filter((file) => some.some((pattern) => expression(pattern).test(file)));
    const sources = matched(spec.source_files);

    const wanted = files.filter((file) =>
      /^(cpp\/(generated\/)?[^/]+\.(h|cpp)|ios\/[^/]+\.(h|mm))$/.test(file),
    );
    const strange = sources.filter((file) => !wanted.includes(file));
    if (strange.length > 0)
      throw new Error(`it would compile ${strange.length} files too many, such as ${strange[0]}`);
    const forgotten = wanted.filter((file) => !sources.includes(file));
    if (forgotten.length > 0) throw new Error(`it forgets ${forgotten.join(", ")}`);
    const shown = sources.filter((file) => file.endsWith(".h"));
    const hidden = matched(spec.project_header_files);
    const clashing = shown.filter((file) => !hidden.includes(file));
    if (clashing.length > 0) throw new Error(`other pods would see ${clashing.join(", ")}`);
    const missing = unresolved(kit.scratch, sources, spec.frameworks);
    if (missing.length > 0) throw new Error(`not in the pod: ${missing.join("; ")}`);

    const minimum = spec.platforms.ios;
    const script = fs.readFileSync(path.join(kit.root, "scripts/build-ios.sh"), "utf8");
    if (!script.includes(`minimum_ios=${minimum}\n`))
      throw new Error(`scripts/build-ios.sh does not build for iOS ${minimum}`);
    return `${sources.length} files, iOS ${minimum}, ${spec.dependencies.length} pods of React Native`;
  },
};
