// Syncing while the app is behind, by Expo's background tasks: the system starts the app's
// JavaScript without a screen, and gives it some seconds.

import type { SyncEnd, SyncReport } from "../generated/waist";
import type { ExpoBackgroundTaskLibrary, ExpoTaskManagerLibrary } from "./expoLibraries";

/**
 * The name of the task when none is given.
 *
 * @example
 * ```ts
 * import * as TaskManager from "expo-task-manager";
 *
 * const isOn = await TaskManager.isTaskRegisteredAsync(BACKGROUND_SYNC_TASK);
 * ```
 */
export const BACKGROUND_SYNC_TASK = "mailboat-sync";
/**
 * The budget when none is given, in milliseconds: what iOS is sure to give, less the time to start
 * and end.
 *
 * @example
 * ```ts
 * const { ended, left } = await mailboat.syncWithin(BACKGROUND_BUDGET_MS);
 * ```
 */
export const BACKGROUND_BUDGET_MS = 20_000;

/** What is used of a `Mailboat`. */
export interface BackgroundMailboat {
  /** As `Mailboat.whenReady`. */
  whenReady(): Promise<void>;
  /** As `Mailboat.syncWithin`. */
  syncWithin(budgetMs: number): Promise<Pick<SyncReport, "ended">>;
}

/** How {@link defineBackgroundSync} is set up. */
export interface BackgroundSyncOptions {
  /** All of `expo-task-manager`. */
  readonly taskManager: ExpoTaskManagerLibrary;
  /** All of `expo-background-task`. */
  readonly backgroundTask: ExpoBackgroundTaskLibrary;
  /** The engine, or a function that opens it when the system starts the task. */
  readonly mailboat: BackgroundMailboat | (() => BackgroundMailboat);
  /** Milliseconds that a sync may take; 20 000 when left out. */
  readonly budgetMs?: number;
  /** The name of the task; `mailboat-sync` when left out. */
  readonly taskName?: string;
}

/** Made by {@link defineBackgroundSync}. */
export interface BackgroundSync {
  /** The name of the task. */
  readonly taskName: string;
  /**
   * Has the system run the task from now on, also after restarts. Calling it again is no error,
   * and changes nothing: a task keeps the interval that it was registered with, through updates
   * of the app too. To change it, `await stop()` first.
   *
   * @param options - `minimumIntervalMinutes`: the system runs it less often than that, at its
   * own choice; at least 15, and twelve hours when left out
   */
  start(options?: { readonly minimumIntervalMinutes?: number }): Promise<void>;
  /** Ends that. Calling it twice is no error. */
  stop(): Promise<void>;
}

/** How a sync ended that the system need not hear a failure of: waiting is no fault of ours. */
const FINE: ReadonlySet<SyncEnd> = new Set(["done", "budget", "waiting", "stopped"]);

/**
 * Defines a task of `expo-background-task` that syncs. Call it where the bundle loads, such as
 * in the file that calls `createMailboat`: the system may start the app without a screen.
 *
 * The native glue of this package does the same without starting JavaScript (the option
 * `background` of the config plugin). Take this one when the backend is written in JavaScript,
 * or when a token must be fetched first.
 *
 * @example
 * ```ts
 * import * as BackgroundTask from "expo-background-task";
 * import * as TaskManager from "expo-task-manager";
 * import { defineBackgroundSync } from "react-native-mailboat/background";
 *
 * export const mailboat = createMailboat({ path: "chat.db", backend });
 * export const backgroundSync = defineBackgroundSync({
 *   taskManager: TaskManager,
 *   backgroundTask: BackgroundTask,
 *   mailboat,
 * });
 * // once, such as after signing in
 * await backgroundSync.start({ minimumIntervalMinutes: 15 });
 * ```
 */
export function defineBackgroundSync(options: BackgroundSyncOptions): BackgroundSync {
  const { backgroundTask, taskManager } = options;
  const { budgetMs = BACKGROUND_BUDGET_MS, taskName = BACKGROUND_SYNC_TASK } = options;
  taskManager.defineTask(taskName, async () => {
    const { Failed, Success } = backgroundTask.BackgroundTaskResult;
    try {
      return (await run(options, budgetMs)) ? Success : Failed;
    } catch {
      // It could not be opened, or was closed: the app's `onDiagnostic` has heard why, and the
      // system is to hear of it in any case.
      return Failed;
    }
  });
  return {
    taskName,
    start: ({ minimumIntervalMinutes } = {}) =>
      backgroundTask.registerTaskAsync(taskName, {
        ...(minimumIntervalMinutes !== undefined && { minimumInterval: minimumIntervalMinutes }),
      }),
    stop: () => backgroundTask.unregisterTaskAsync(taskName),
  };
}

/** Answers whether the sync ended well, or well enough. */
async function run({ mailboat }: BackgroundSyncOptions, budgetMs: number): Promise<boolean> {
  const engine = typeof mailboat === "function" ? mailboat() : mailboat;
  await engine.whenReady();
  return FINE.has((await engine.syncWithin(budgetMs)).ended);
}
