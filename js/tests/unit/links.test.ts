// Every link from page to page of the documentation leads somewhere: to a file or folder that
// is there, and to a heading that is in it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../docs/compileExamples";

const FOLDERS = [".", "docs", "docs/adr", "docs/guides", "example-app"];

const pages = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(ROOT, folder, name)),
);

/** A page without its code, where brackets are no links. */
const proseOf = (text: string): string =>
  text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");

/** What a page links to in this repository. */
function linksOf(page: string): string[] {
  return [...proseOf(readFileSync(page, "utf8")).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The names by which GitHub links to headings. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(page, "utf8").replace(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replace(/ /g, "-"),
  );
}

function flawOf(page: string, target: string): string | null {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(file)) return "there is no such file";
  if (anchor === undefined || !file.endsWith(".md")) return null;
  return anchorsOf(file).includes(anchor) ? null : "there is no such heading";
}

describe("the documentation's pages", () => {
  it("link to what is there", () => {
    const links = pages.flatMap((page) => linksOf(page).map((target) => ({ page, target })));
    expect(links.length).toBeGreaterThan(20);
    const flaws = links.flatMap(({ page, target }) => {
      const flaw = flawOf(page, target);
      return flaw === null ? [] : [`${relative(ROOT, page)}: ${target}: ${flaw}`];
    });
    expect(flaws).toEqual([]);
  });

  it("are told from pages and headings that are not there", () => {
    const readme = join(ROOT, "README.md");
    expect(flawOf(readme, "docs/nowhere.md")).toBe("there is no such file");
    expect(flawOf(readme, "ARCHITECTURE.md#nothing")).toBe("there is no such heading");
    expect(flawOf(readme, "ARCHITECTURE.md#the-waist")).toBeNull();
  });
});
