// Backends of an app's own, which hold still where a test looks.

import { BackendError, type JavaScriptBackend, type PullPage } from "react-native-mailboat";

/** A backend that answers so many pushes and holds the next one until the test opens it. */
export class SlowBackend implements JavaScriptBackend {
  private version = 0;
  private letGo: (() => void)[] = [];

  constructor(private free: number) {}

  readonly push: JavaScriptBackend["push"] = async (entries) => {
    if (this.free === 0) {
      await new Promise<void>((resolve) => {
        this.letGo.push(resolve);
      });
    } else {
      this.free -= 1;
    }
    return entries.map(({ id }) => {
      this.version += 1;
      return { outcome: "acked", id, version: this.version, order: this.version };
    });
  };

  readonly pull = (): Promise<PullPage> =>
    Promise.resolve({ changes: [], tombstones: [], cursor: "0", more: false });

  /** Answers what waits and holds nothing from here on. */
  open(): void {
    this.free = Infinity;
    for (const go of this.letGo.splice(0)) go();
  }
}

/** What such a backend is for: tasks that an app cannot be used without. */
export const requiredTasks = {
  collections: [
    { name: "tasks", columns: [{ name: "title", type: "text" }], initialSync: "required" },
  ],
} as const;

const LATER_MS = 600_000;
/** What fails stays so until a person does something about it. */
export const UNTIL_ASKED = { baseMs: LATER_MS, maxDelayMs: LATER_MS } as const;

/** A backend with one task, whose pulls fail while it is down. */
export class ShoreBackend implements JavaScriptBackend {
  isDown = true;

  readonly push: JavaScriptBackend["push"] = () => Promise.resolve([]);

  readonly pull = (): Promise<PullPage> => {
    if (this.isDown) return Promise.reject(new BackendError(503));
    const values = { title: "Row" };
    const change = { collection: "tasks", id: "t1", version: 1, order: 1, values };
    return Promise.resolve({ changes: [change], tombstones: [], cursor: "1", more: false });
  };
}
