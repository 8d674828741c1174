// Worker threads: each has a runtime of its own, and the engines outlive it.

import { run } from "./child";
import { useFolder } from "./folder";

const file = useFolder();

describe("worker threads", () => {
  it("have an engine each, and end by themselves", async () => {
    const { code, errors, lines } = await run("twoWorkers", file("a.db"), file("b.db"));
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const messages = lines.filter((line) => line.startsWith("{"));
    const answers = messages.map((line) => JSON.parse(line) as { engine: number; notes: number });
    expect(answers.map(({ notes }) => notes)).toEqual([50, 50]);
    expect(new Set(answers.map(({ engine }) => engine)).size).toBe(2);
    expect(lines.filter((line) => line === "exit 0")).toHaveLength(2);
  });

  it("are terminated with commands in flight, and the next runtime sees what they committed", async () => {
    const rounds = 10;
    const { code, errors, lines } = await run("terminatedWorkers", file("a.db"), String(rounds));
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const seen = JSON.parse(lines[0] ?? "") as {
      generation: number;
      watches: number;
      bodies: string[];
    };
    expect(seen).toMatchObject({ generation: rounds + 1, watches: 0 });
    const expected = Array.from({ length: rounds }, (_, round) => [
      `${round} awaited`,
      ...Array<string>(20).fill(`${round} in flight`),
    ]);
    expect(seen.bodies).toEqual([...expected.flat(), "main"]);
  });

  it("take an engine over from a thread that lives, whose commands are then CLOSED", async () => {
    const { code, errors, lines } = await run("takenOver", file("a.db"));
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(lines.sort()).toEqual([
      "afterwards CLOSED",
      "closed",
      "in flight CLOSED",
      "main 1",
      "worker 2",
    ]);
  });
});
