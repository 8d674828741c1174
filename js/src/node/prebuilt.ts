// The packages that bring the add-on built: one a platform, named as napi-rs names platforms.

/** What tells platforms apart, as Node says it. */
export interface Machine {
  platform: string;
  arch: string;
  /** Whether Linux's C library is the GNU one; programs linked to it do not load with another. */
  glibc: boolean;
}

/** The platforms that a package is published for (.github/workflows/release.yml builds them). */
export const PUBLISHED = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64-gnu",
  "linux-x64-gnu",
  "win32-x64-msvc",
];

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, glibc: platform === "linux" && hasGlibc() };
}

/** napi-rs' name of a machine, such as `linux-x64-gnu`. */
export function platformName({ platform, arch, glibc }: Machine): string {
  if (platform === "linux") return `linux-${arch}-${glibc ? "gnu" : "musl"}`;
  return platform === "win32" ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

/** The package for a machine; null when none is published. */
export function prebuiltPackage(machine: Machine): string | null {
  const name = platformName(machine);
  return PUBLISHED.includes(name) ? `react-native-mailboat-${name}` : null;
}

/** Node's report names the version of glibc that it runs with, and nothing with another one. */
function hasGlibc(): boolean {
  const report: { excludeNetwork?: boolean; getReport: () => unknown } = process.report;
  const before = report.excludeNetwork;
  // Else it looks up the names of all open sockets' peers, and blocks until it has them.
  report.excludeNetwork = true;
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime !== undefined;
  } finally {
    report.excludeNetwork = before ?? false;
  }
}
