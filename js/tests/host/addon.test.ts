// Where Node's engine is looked for, and what an app's author reads when it is nowhere.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findAddon } from "../../src/node/addon";
import type { Surroundings } from "../../src/node/addon";
import { platformName, prebuiltPackage, thisMachine } from "../../src/node/prebuilt";

const LINUX = { platform: "linux", arch: "x64", glibc: true };
const PACKAGE = "react-native-mailboat-linux-x64-gnu";

let app: string;
let folder: string;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), "mailboat-addon-"));
  folder = join(app, "node_modules/react-native-mailboat/dist/node");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(app, "node_modules/react-native-mailboat/package.json"), "{}");
});

afterEach(() => {
  rmSync(app, { recursive: true });
});

function file(...names: string[]): string {
  const path = join(app, ...names);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  return path;
}

function find(surroundings: Partial<Surroundings>): string {
  return findAddon({
    named: undefined,
    folder,
    machine: () => LINUX,
    installed: () => null,
    ...surroundings,
  });
}

test("a file that is named goes before the checkout's, and that before the package's", () => {
  const named = file("mine.node");
  const prebuilt = file("node_modules", PACKAGE, "mailboat.node");
  const installed = (name: string) => (name === PACKAGE ? prebuilt : null);
  expect(find({ installed })).toBe(prebuilt);
  const built = file("node_modules/react-native-mailboat/build/mailboat.node");
  expect(find({ installed })).toBe(built);
  expect(find({ installed, named: "" })).toBe(built);
  expect(find({ installed, named })).toBe(named);
});

test("a folder `build` of the app is not the package's", () => {
  file("build/mailboat.node");
  expect(() => find({})).toThrow(PACKAGE);
});

test("a missing package is named, and the way to do without it", () => {
  expect(() => find({})).toThrow(
    /react-native-mailboat-linux-x64-gnu is not installed.*scripts\/build-node\.sh.*MAILBOAT_NODE_ADDON/s,
  );
  expect(() => find({})).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }) as Error);
});

test("a name without a file is said to be one, not passed over", () => {
  const built = file("node_modules/react-native-mailboat/build/mailboat.node");
  expect(find({})).toBe(built);
  expect(() => find({ named: join(app, "gone.node") })).toThrow(/MAILBOAT_NODE_ADDON names .*gone/);
});

test("a platform without a package is named", () => {
  const machine = () => ({ platform: "freebsd", arch: "x64", glibc: false });
  expect(() => find({ machine })).toThrow(/No package .* freebsd-x64.*MAILBOAT_NODE_ADDON/s);
});

test.each([
  [LINUX, PACKAGE],
  [{ ...LINUX, glibc: false }, null],
  [{ ...LINUX, arch: "arm64" }, "react-native-mailboat-linux-arm64-gnu"],
  [{ platform: "darwin", arch: "arm64", glibc: false }, "react-native-mailboat-darwin-arm64"],
  [{ platform: "darwin", arch: "x64", glibc: false }, "react-native-mailboat-darwin-x64"],
  [{ platform: "win32", arch: "x64", glibc: false }, "react-native-mailboat-win32-x64-msvc"],
  [{ platform: "win32", arch: "arm64", glibc: false }, null],
])("the package for %j is %s", (machine, name) => {
  expect(prebuiltPackage(machine)).toBe(name);
});

test("the C library of this machine is the one that Node is linked to", () => {
  const machine = thisMachine();
  if (machine.platform !== "linux") {
    expect(machine.glibc).toBe(false);
    return;
  }
  const linked = execFileSync("ldd", [process.execPath], { encoding: "utf8" });
  expect(machine.glibc).toBe(!linked.includes("musl"));
  expect(platformName(machine)).toMatch(/^linux-.*-(gnu|musl)$/);
});

test("an add-on that does not load is reported with the reason", () => {
  const broken = file("broken.node");
  jest.isolateModules(() => {
    process.env["MAILBOAT_NODE_ADDON"] = broken;
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { nodeHost } = require("react-native-mailboat/node") as {
        nodeHost: () => unknown;
      };
      expect(nodeHost).toThrow(/broken\.node\) does not load here: .*MAILBOAT_NODE_ADDON/s);
    } finally {
      delete process.env["MAILBOAT_NODE_ADDON"];
    }
  });
});
