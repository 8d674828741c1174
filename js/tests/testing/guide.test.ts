import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../..");

describe("docs/guides/testing.md", () => {
  it("shows the very example that runs as a test", () => {
    const guide = readFileSync(join(root, "docs/guides/testing.md"), "utf8");
    const example = readFileSync(join(root, "js/tests/testing/example.test.tsx"), "utf8");
    expect(guide).toContain("```tsx\n" + example + "```\n");
  });
});
