import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../..");

describe.each([
  ["docs/guides/testing.md", "js/tests/testing/example.test.tsx"],
  ["docs/guides/status.md", "js/tests/testing/statusExample.test.tsx"],
])("%s", (guide, example) => {
  it(`shows the very example that runs as ${example}`, () => {
    const shown = "```tsx\n" + readFileSync(join(root, example), "utf8") + "```\n";
    expect(readFileSync(join(root, guide), "utf8")).toContain(shown);
  });
});
