// A task of expo-background-task on the real engine. The libraries are the test's own, of the
// form that `scripts/package/checks/expo-libraries.js` holds against Expo's types: what they do
// beyond keeping a task is the system's.

import { createMailboat, type Diagnostic, type Mailboat } from "react-native-mailboat";
import {
  BACKGROUND_SYNC_TASK,
  defineBackgroundSync,
  type ExpoBackgroundTaskLibrary,
  type ExpoTaskManagerLibrary,
} from "react-native-mailboat/background";
import { nodeHost } from "react-native-mailboat/node";
import { createTestMailboat, type TestMailboat } from "react-native-mailboat/testing";

const SUCCESS = 1;
const FAILED = 2;

/** Tasks as the system keeps them: it runs what is registered, by what the bundle has defined. */
class TaskRegistry implements ExpoTaskManagerLibrary, ExpoBackgroundTaskLibrary {
  readonly BackgroundTaskResult = { Success: SUCCESS, Failed: FAILED };
  readonly registered = new Map<string, { readonly minimumInterval?: number }>();
  private readonly defined = new Map<string, () => Promise<unknown>>();

  readonly defineTask = (taskName: string, executor: () => Promise<unknown>): void => {
    this.defined.set(taskName, executor);
  };

  readonly registerTaskAsync = (
    taskName: string,
    options: { readonly minimumInterval?: number } = {},
  ): Promise<void> => {
    if (!this.defined.has(taskName)) return Promise.reject(new Error("not defined"));
    this.registered.set(taskName, options);
    return Promise.resolve();
  };

  readonly unregisterTaskAsync = (taskName: string): Promise<void> => {
    this.registered.delete(taskName);
    return Promise.resolve();
  };

  /** The system finds that it is time. */
  async runAll(): Promise<unknown[]> {
    return Promise.all([...this.registered.keys()].map((name) => this.defined.get(name)?.()));
  }
}

describe("defineBackgroundSync", () => {
  let registry: TaskRegistry;
  let libraries: { readonly taskManager: TaskRegistry; readonly backgroundTask: TaskRegistry };
  const told: Diagnostic[] = [];
  let ann: TestMailboat;

  beforeEach(async () => {
    registry = new TaskRegistry();
    libraries = { taskManager: registry, backgroundTask: registry };
    told.length = 0;
    ann = await createTestMailboat({ onDiagnostic: (diagnostic) => told.push(diagnostic) });
  });

  afterEach(() => ann.close());

  async function write(count: number): Promise<void> {
    const { id } = await ann.mailboat.create("conversations", {
      title: "Crew",
      memberIds: ["ann"],
    });
    for (let at = 0; at < count; at += 1) await ann.mailboat.sendMessage(id, String(at));
  }

  it("has the system run a sync, which answers success when all has gone", async () => {
    const sync = defineBackgroundSync({ ...libraries, mailboat: ann.mailboat, budgetMs: 10_000 });
    expect(sync.taskName).toBe(BACKGROUND_SYNC_TASK);
    await sync.start({ minimumIntervalMinutes: 15 });
    expect(registry.registered.get(BACKGROUND_SYNC_TASK)).toEqual({ minimumInterval: 15 });
    await write(5);
    expect(await registry.runAll()).toEqual([SUCCESS]);
    expect(ann.mailboat.status.getSnapshot().pending).toBe(0);
    expect((await ann.server.state()).records["messages"]).toBe(5);
    const ended = told.filter(({ code }) => code === "backgroundSyncEnded");
    expect(ended).toMatchObject([{ level: "info", data: { left: 0, ended: "done" } }]);
    await sync.stop();
    expect(await registry.runAll()).toEqual([]);
  });

  it("answers success where what is left waits for a network, and loses nothing", async () => {
    const sync = defineBackgroundSync({ ...libraries, mailboat: ann.mailboat, budgetMs: 5_000 });
    await sync.start();
    // With a token at hand: without one, the server's word on the app is what it would wait for.
    await ann.mailboat.sync();
    await ann.goOffline();
    await write(2);
    const ended = await registry.runAll();
    expect(told.filter(({ code }) => code === "backgroundSyncEnded")).toMatchObject([
      { data: { ended: "waiting" } },
    ]);
    expect(ended).toEqual([SUCCESS]);
    expect(ann.mailboat.status.getSnapshot().pending).toBe(3);
    await ann.goOnline();
    expect(await registry.runAll()).toEqual([SUCCESS]);
    expect(ann.mailboat.status.getSnapshot().pending).toBe(0);
    await sync.stop();
  });

  it("opens the engine when the system starts the task, and not before", async () => {
    let opened = 0;
    const open = (): Mailboat => {
      opened += 1;
      return ann.mailboat;
    };
    const sync = defineBackgroundSync({ ...libraries, mailboat: open, taskName: "at-night" });
    await sync.start();
    expect([opened, sync.taskName]).toEqual([0, "at-night"]);
    await write(1);
    expect(await registry.runAll()).toEqual([SUCCESS]);
    expect(opened).toBe(1);
    await sync.stop();
  });

  it("answers failed where the engine cannot be opened, or is closed", async () => {
    const missing = (): Mailboat =>
      createMailboat({
        path: "/no/such/folder/chat.db",
        host: nodeHost(),
        onDiagnostic: (diagnostic) => told.push(diagnostic),
      });
    const sync = defineBackgroundSync({ ...libraries, mailboat: missing });
    await sync.start();
    expect(await registry.runAll()).toEqual([FAILED]);
    expect(told.filter(({ code }) => code === "openFailed")).toHaveLength(1);
    defineBackgroundSync({ ...libraries, mailboat: ann.mailboat });
    await ann.mailboat.close();
    expect(await registry.runAll()).toEqual([FAILED]);
    await sync.stop();
  });
});
