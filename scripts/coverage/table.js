// Makes one table out of lcov files: lines of the product, by folder, and how many of them the
// tests have run. A module of tests inside a source file is no line of the product.
//
//   node scripts/coverage/table.js [--write] FILE...

const { readFileSync, writeFileSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");

const ROOT = join(__dirname, "../..");
const PAGE = join(ROOT, "docs/coverage.md");
/** Percent of the lines of each folder of the product. */
const GOAL = 80;
/** Folders that the goal is not for, and what the table says of them instead. */
const EXCUSED = new Map([
  ["rust/devserver", "a tool of the tests"],
  ["rust/sim", "a tool of the tests"],
  ["rust/bridge", "C++'s tests run it, and are not counted"],
  ["js/plugin", "check:package runs it in real prebuilds"],
]);

/** @typedef {{ lines: number, covered: number }} Count */

/** @param {string} file @returns {Map<string, Map<number, number>>} by file, how often each line ran */
function readLcov(file) {
  const files = new Map();
  let lines = new Map();
  for (const row of readFileSync(file, "utf8").split("\n")) {
    if (row.startsWith("SF:")) {
      const path = relative(ROOT, join(ROOT, relative(ROOT, row.slice(3))));
      lines = files.get(path) ?? new Map();
      files.set(path, lines);
    } else if (row.startsWith("DA:")) {
      const [line, times] = row.slice(3).split(",").map(Number);
      lines.set(line, (lines.get(line) ?? 0) + times);
    }
  }
  return files;
}

/** @param {string} path @returns {number} the line where a file's tests begin */
function testsBegin(path) {
  if (!path.endsWith(".rs")) return Infinity;
  const text = readFileSync(join(ROOT, path), "utf8");
  const at = text.search(/^#\[cfg\(test\)\]\nmod \w+ \{/m);
  return at < 0 ? Infinity : text.slice(0, at).split("\n").length;
}

/** @param {string} path @returns {string} the row of the table that it counts in */
function folderOf(path) {
  const depth = path.startsWith("rust/") ? 2 : 3;
  return dirname(path).split("/").slice(0, depth).join("/");
}

/** @param {string} path whether it is code of the package, and no test or build script */
const isProduct = (path) => /^(rust\/[^/]+\/src|js\/(src|plugin))\//.test(path);

/** @param {string[]} files @returns {Map<string, Count>} */
function countFolders(files) {
  const folders = new Map();
  for (const [path, lines] of files.flatMap((file) => [...readLcov(file)])) {
    if (!isProduct(path)) continue;
    const end = testsBegin(path);
    const count = folders.get(folderOf(path)) ?? { lines: 0, covered: 0 };
    for (const [line, times] of lines) {
      if (line >= end) continue;
      count.lines += 1;
      if (times > 0) count.covered += 1;
    }
    folders.set(folderOf(path), count);
  }
  return new Map([...folders].filter(([, { lines }]) => lines > 0).sort());
}

/** @param {Count[]} counts @returns {Count} */
const sum = (counts) =>
  counts.reduce(
    (all, one) => ({ lines: all.lines + one.lines, covered: all.covered + one.covered }),
    { lines: 0, covered: 0 },
  );

/** @param {Count} count @returns {number} */
const percent = ({ covered, lines }) => (100 * covered) / lines;

/** @param {string[][]} rows @returns {string} a table of Markdown */
function table(rows) {
  const head = ["folder", "lines", "run by tests", ""];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, at) => (at === 0 || at === 3 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, at) =>
    at === 0 || at === 3
      ? "-".repeat(Math.max(width, 3))
      : `${"-".repeat(Math.max(width, 3) - 1)}:`,
  );
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

const write = process.argv.includes("--write");
const folders = countFolders(process.argv.slice(2).filter((argument) => argument !== "--write"));
/** @param {string} name @param {Count} count @param {string} note */
const row = (name, count, note) => [name, `${count.lines}`, `${percent(count).toFixed(1)} %`, note];
/** @param {string} name @param {Count} count */
const isBelow = (name, count) => !EXCUSED.has(name) && percent(count) < GOAL;
/** @param {string} name @param {string} prefix of its folders */
function total(name, prefix) {
  const counts = [...folders].filter(
    ([folder]) => folder.startsWith(prefix) && !EXCUSED.has(folder),
  );
  return row(`**${name}**`, sum(counts.map(([, count]) => count)), "of what the goal is for");
}
const text = table([
  ...[...folders].map(([name, count]) =>
    row(`\`${name}\``, count, EXCUSED.get(name) ?? (isBelow(name, count) ? "below the goal" : "")),
  ),
  total("Rust", "rust/"),
  total("TypeScript", "js/"),
]);
console.log(text);
if (write) {
  const page = readFileSync(PAGE, "utf8");
  const today = new Date().toISOString().slice(0, 10);
  const [before = ""] = page.split("<!-- written by scripts/coverage.sh -->");
  const made = `Made by \`npm run coverage -- --write\` on ${today}.`;
  writeFileSync(PAGE, `${before}<!-- written by scripts/coverage.sh -->\n\n${made}\n\n${text}\n`);
}
const below = [...folders].filter(([name, count]) => isBelow(name, count));
if (below.length > 0) {
  console.log(`\nbelow ${GOAL} %: ${below.map(([name]) => name).join(", ")}`);
  process.exitCode = 1;
}
