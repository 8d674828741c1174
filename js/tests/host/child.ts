// Plain Node processes, for what a process does as a whole: stay alive, end, die.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";

/** A process that should have ended long ago is killed, and its test fails. */
const PATIENCE_MS = 20_000;

/** How a process ended. */
export interface Ended {
  /** 0 when it ended by itself and well; `null` when it was killed. */
  readonly code: number | null;
  /** What it wrote, by line. */
  readonly lines: string[];
  /** What it wrote to standard error. */
  readonly errors: string;
}

/** A process that runs a script of `children/`. */
export class Child {
  /** How it ended. */
  readonly ended: Promise<Ended>;
  private readonly process: ChildProcessWithoutNullStreams;
  private output = "";
  private errors = "";

  constructor(script: string, ...args: string[]) {
    const path = join(__dirname, "children", `${script}.js`);
    const options = { timeout: PATIENCE_MS, killSignal: "SIGKILL" } as const;
    this.process = spawn(process.execPath, [path, ...args], options);
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    this.ended = new Promise((resolve, reject) => {
      this.process.on("error", reject);
      this.process.on("close", (code) => {
        const lines = this.output.split("\n").filter((line) => line !== "");
        resolve({ code, lines, errors: this.errors });
      });
    });
  }

  /** Resolves when the process has written its first line. */
  async firstLine(): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.process.stdout.on("data", () => {
        if (this.output.includes("\n")) resolve();
      });
    });
    const ended = this.ended.then(({ errors }) => {
      throw new Error(`The process ended too early. ${errors}`);
    });
    await Promise.race([written, ended]);
  }

  /** Ends the input of the process. */
  endInput(): void {
    this.process.stdin.end();
  }
}

/** Runs a script of `children/` to its end. */
export function run(script: string, ...args: string[]): Promise<Ended> {
  const child = new Child(script, ...args);
  child.endInput();
  return child.ended;
}
