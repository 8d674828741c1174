// A mount namespace of our own: what is mounted in it is seen by nobody else and ends with
// the process, however that ends. Root may have one; so may others, where the kernel lets
// them be root in a namespace.

// @ts-check

const { spawn, spawnSync } = require("node:child_process");
const os = require("node:os");

/** Set in the process that runs inside: whether it may mount. */
const INSIDE = "MAILBOAT_FAULTS_MAY_MOUNT";

/**
 * Runs this program once more inside, and ends as that ends; inside, runs `main`.
 *
 * @param {(mayMount: boolean) => Promise<void>} main
 */
async function runInNamespace(main) {
  const inside = process.env[INSIDE];
  if (inside !== undefined) {
    await main(inside === "yes");
    return;
  }
  const unshare = process.getuid?.() === 0 ? ["--mount"] : ["--map-root-user", "--mount"];
  const mount = ["mount", "-t", "tmpfs", "none", os.tmpdir()];
  const mayMount = spawnSync("unshare", [...unshare, ...mount]).status === 0;
  const program = [process.execPath, ...process.argv.slice(1)];
  const [command = "", ...options] = mayMount ? ["unshare", ...unshare, ...program] : program;
  const child = spawn(command, options, {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: mayMount ? "yes" : "no" },
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (status, signal) => {
    process.exitCode = status ?? 128 + os.constants.signals[signal ?? "SIGKILL"];
  });
}

module.exports = { runInNamespace };
