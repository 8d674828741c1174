// `cargo check` for a phone, on Linux, where rustup's servers cannot be asked for its standard
// library: Debian's Rust has the source of one, and cargo compiles that as well. Rust is
// checked in full; C is not, since there is no compiler for phones: one stands in that writes
// empty files, as do its linker and Apple's tools.

// @ts-check

const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const RUST_PACKAGES = [
  ...["rustc-web", "libstd-rust-web-1.96", "libstd-rust-web-dev", "rust-web-src", "libllvm22"],
];
/** What the bridge is made of. Of the rest cargo wants to see the manifests only. */
const WORKSPACE = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust", "bench", "cpp"];
const CRATE = "mailboat-bridge";
/** The first time the standard library and 200 crates are compiled for the target. */
const LIMIT_S = 3000;

/** One for all targets; written anew by each check. @param {string} folder @param {string} name @param {string} text */
function program(folder, name, text) {
  const file = path.join(folder, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

/** The tools of the target. @param {string} folder */
function standIns(folder) {
  // Of a compiler, and of an archiver, all that build scripts wait for is the file.
  const compiler = program(
    folder,
    "compiler",
    'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then : >"$2"; fi; shift; done',
  );
  const archiver = program(
    folder,
    "archiver",
    "for word; do case $word in *.a) printf '!<arch>\\n' >\"$word\" ;; esac; done",
  );
  program(folder, "xcrun", "echo /");
  return { compiler, archiver };
}

/** Debian's compiler, which lies in no folder of the system. @param {string} folder @param {string} prefix */
function compilerOf(folder, prefix) {
  const usr = path.join(prefix, "usr");
  const libraries = path.join(usr, "lib/x86_64-linux-gnu");
  return program(folder, "rustc", `LD_LIBRARY_PATH=${libraries} exec ${usr}/bin/rustc "$@"`);
}

/** The workspace as it is, apart from what is built, so that a plant harms nobody. @param {import("./kit").Kit} kit @param {string} to */
function copyWorkspace(kit, to) {
  fs.rmSync(to, { recursive: true, force: true });
  for (const name of WORKSPACE) kit.copy(path.join(kit.root, name), path.join(to, name));
}

/** Of all that the check reads. @param {string} folder @param {string} target */
function fingerprint(folder, target) {
  const hash = crypto.createHash("sha256").update(fs.readFileSync(__filename)).update(target);
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(path.relative(folder, file)).update(fs.readFileSync(file));
  return hash.digest("hex");
}

/**
 * Checks the bridge, and all below it, for `target`. Answers a line of evidence.
 *
 * @param {import("./kit").Kit} kit @param {string} target @param {boolean} planted
 */
function checkDeviceTarget(kit, target, planted) {
  const home = path.join(kit.cache, "device-target");
  const source = path.join(home, "source");
  copyWorkspace(kit, source);
  // What compiles on the machine that everybody works on, and on no phone.
  if (planted) {
    fs.appendFileSync(
      path.join(source, "rust/bridge/src/lib.rs"),
      "pub use std::os::linux::fs::MetadataExt as _;\n",
    );
  }
  const current = fingerprint(source, target);
  const stamp = path.join(home, `${target}.checked`);
  const checked = fs.existsSync(stamp) ? JSON.parse(fs.readFileSync(stamp, "utf8")) : {};
  if (checked.fingerprint === current) return checked.says;

  const prefix = kit.apt(RUST_PACKAGES, "rust-web");
  const tools = path.join(home, "tools");
  const { compiler, archiver } = standIns(tools);
  const rustc = compilerOf(tools, prefix);
  const name = target.replaceAll("-", "_");
  const { stderr } = kit.exec(
    "cargo",
    [
      ...["check", "--profile", "mobile", "-p", CRATE, "--lib", "--target", target],
      ...["-Zbuild-std=std,panic_unwind", "--target-dir", path.join(home, "target")],
    ],
    {
      cwd: source,
      timeoutS: LIMIT_S,
      env: {
        RUSTC: rustc,
        RUSTC_BOOTSTRAP: "1",
        RUSTFLAGS: undefined,
        // Nothing is optimized; so a change of the profile need not begin all anew.
        CARGO_PROFILE_MOBILE_OPT_LEVEL: "3",
        PATH: `${tools}:${process.env["PATH"]}`,
        SDKROOT: "/",
        [`CC_${name}`]: compiler,
        [`CXX_${name}`]: compiler,
        [`AR_${name}`]: archiver,
      },
    },
  );
  const { stdout: version } = kit.exec(rustc, ["--version"]);
  const warnings = [...stderr.matchAll(/^warning: (?!.*mailboat-bridge@)(.*)$/gm)].length;
  const says = `${CRATE} and all below it, for ${target}, by ${version.split(" (")[0]}`;
  if (warnings > 0) throw new Error(`${warnings} warnings for ${target}\n${stderr.slice(-4000)}`);
  if (!planted) fs.writeFileSync(stamp, JSON.stringify({ fingerprint: current, says }));
  return says;
}

module.exports = { checkDeviceTarget };
