// What a check of the package has at hand: folders of its own, commands, and what the
// registries of Maven and Debian hold. Everything here is synchronous: checks run one after
// another, and what they wait for is other programs.

// @ts-check

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "../..");
const home = path.join(root, "build/package");
const cache = path.join(home, "cache");

/** How long a command may take when its check does not say. */
const EXEC_LIMIT_S = 300;
/** Lines of a failed command's output that its error shows. */
const SHOWN_LINES = 25;
/** Of the command itself. */
const SHOWN_COLUMNS = 120;
/** Of what a command says, in bytes, no more than this is kept. */
const OUTPUT_LIMIT = 256 * 1024 * 1024;
/** Debian's older plugin does not follow the redirects of every mirror. */
const MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

/**
 * A check that could not be made: an input that is not there, a command that did not end.
 * It fails the check as any error does, but says nothing for or against what it looks at;
 * so a plant does not count as noticed by it.
 */
class Accident extends Error {}

/**
 * @typedef {object} Command
 * @property {string} [cwd] the root of the repository when absent
 * @property {Record<string, string | undefined>} [env] over that of this process; undefined takes a name away
 * @property {string} [input] what it reads from its standard input
 * @property {number} [timeoutS]
 */

/**
 * @typedef {object} Kit
 * @property {string} root the root of the repository
 * @property {string} scratch an empty folder, this run's alone
 * @property {string} cache a folder that stays, shared by all checks
 * @property {(command: string, args: string[], options?: Command) => { stdout: string, stderr: string }} exec
 * @property {(from: string, to: string, keep?: (file: string) => boolean) => void} copy
 * @property {(group: string, artifact: string, version: string, extension?: string) => string} maven
 * @property {(packages: string[], prefix: string) => string} apt
 * @property {(file: string, from: string, to: string) => void} edit
 */

/** The kit of the check `id`, with its scratch folder emptied. @param {string} id @returns {Kit} */
function kitOf(id) {
  const scratch = path.join(home, id);
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.mkdirSync(scratch, { recursive: true });
  fs.mkdirSync(cache, { recursive: true });
  const log = path.join(root, "build/logs/package", `${id}.log`);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  fs.writeFileSync(log, "");
  /** @type {Kit["exec"]} */
  const exec = (command, args, options) => run(log, command, args, options);
  return {
    root,
    scratch,
    cache,
    exec,
    copy,
    maven: (...coordinates) => maven(exec, ...coordinates),
    apt: (packages, prefix) => apt(exec, packages, prefix),
    edit,
  };
}

/**
 * Runs a command to its end, in a process group of its own, and keeps all that it says in
 * `log`. Throws with its last lines when it does not succeed.
 *
 * @param {string} log @param {string} command @param {string[]} args @param {Command} options
 */
function run(
  log,
  command,
  args,
  { cwd = root, env = {}, input = "", timeoutS = EXEC_LIMIT_S } = {},
) {
  const line = [command, ...args].join(" ");
  const { status, stdout, stderr, error } = spawnSync(
    "timeout",
    ["--kill-after=10", String(timeoutS), command, ...args],
    { cwd, env: { ...process.env, ...env }, input, encoding: "utf8", maxBuffer: OUTPUT_LIMIT },
  );
  fs.appendFileSync(log, `$ ${line}\n${stdout}${stderr}\n`);
  const shown = line.replace(/\s+/g, " ").slice(0, SHOWN_COLUMNS);
  if (error !== undefined) throw new Accident(`${shown}: ${error.message}`);
  if (status === 127)
    throw new Accident(`${command} is not installed: scripts/setup.sh --for package`);
  if (status === 124 || status === 137) {
    throw new Accident(`${shown}: did not end within ${timeoutS} s\n${lastLines(stdout, stderr)}`);
  }
  if (status !== 0) {
    throw new Error(`${shown}: ended with status ${status}\n${lastLines(stdout, stderr)}`);
  }
  return { stdout, stderr };
}

/** @param {string[]} outputs */
function lastLines(...outputs) {
  return outputs
    .map((output) => output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n"))
    .filter((lines) => lines !== "")
    .join("\n");
}

/**
 * A file, or a folder with all that is in it; links stay links. `keep` leaves out what it
 * answers false for.
 *
 * @param {string} from @param {string} to @param {(file: string) => boolean} [keep]
 */
function copy(from, to, keep = () => true) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: keep });
}

/**
 * The path of a file of Maven Central, fetched once.
 *
 * @param {Kit["exec"]} exec @param {string} group @param {string} artifact @param {string} version
 * @param {string} extension such as `jar`, `aar` or `jar:sources`
 */
function maven(exec, group, artifact, version, extension = "jar") {
  const [type = "jar", classifier] = extension.split(":");
  const name = [artifact, version, classifier].filter((part) => part !== undefined).join("-");
  const file = path.join(cache, "maven", `${name}.${type}`);
  if (fs.existsSync(file)) return file;
  const coordinates = [group, artifact, version, type, classifier];
  accidentally(() =>
    exec("mvn", [
      ...["--batch-mode", "--quiet", MAVEN_COPY],
      `-Dartifact=${coordinates.filter((part) => part !== undefined).join(":")}`,
      `-DoutputDirectory=${path.dirname(file)}`,
    ]),
  );
  if (!fs.existsSync(file))
    throw new Accident(`Maven Central's copy has another name than ${file}`);
  return file;
}

/**
 * The folder that Debian's `packages` are unpacked in, once: `prefix` in the cache. They are
 * not installed, so they may conflict with what is.
 *
 * @param {Kit["exec"]} exec @param {string[]} packages @param {string} prefix
 */
function apt(exec, packages, prefix) {
  const folder = path.resolve(cache, prefix);
  const stamp = path.join(folder, ".mailboat-packages");
  const wanted = packages.join("\n");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted) return folder;
  fs.rmSync(folder, { recursive: true, force: true });
  const archives = path.join(folder, ".archives");
  fs.mkdirSync(archives, { recursive: true });
  accidentally(() => {
    download(exec, packages, archives);
    for (const archive of fs.readdirSync(archives)) {
      exec("dpkg", ["-x", path.join(archives, archive), folder]);
    }
  });
  fs.rmSync(archives, { recursive: true });
  fs.writeFileSync(stamp, wanted);
  return folder;
}

/** With lists of Debian's that have aged the packages are not where they say. @param {Kit["exec"]} exec @param {string[]} packages @param {string} folder */
function download(exec, packages, folder) {
  const command = ["apt-get", "download", ...packages];
  const line = command.map((word) => `'${word}'`).join(" ");
  const update = process.getuid?.() === 0 ? "apt-get update" : "sudo -n apt-get update";
  exec("bash", ["-c", `${line} || { ${update} && ${line}; }`], { cwd: folder, timeoutS: 900 });
}

/** What fails in `work` is no finding of the check. @template T @param {() => T} work */
function accidentally(work) {
  try {
    return work();
  } catch (error) {
    throw new Accident(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Replaces the first `from` of a file. Plants use it: one that changes nothing is a broken
 * plant, so `from` must be there.
 *
 * @param {string} file @param {string} from @param {string} to
 */
function edit(file, from, to) {
  const text = fs.readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Accident(`${path.relative(root, file)} has no "${from}"`);
  fs.writeFileSync(
    file,
    text.replace(from, () => to),
  );
}

module.exports = { Accident, accidentally, kitOf };
