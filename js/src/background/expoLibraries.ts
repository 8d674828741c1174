// What is used of the two Expo libraries that run a task while the app is behind. The app hands
// them over, so that this package depends on neither; their own types fit these.

/** What is used of `expo-task-manager`. */
export interface ExpoTaskManagerLibrary {
  /** Says what a task of this name does. Must be called as the bundle loads. */
  defineTask(taskName: string, executor: () => Promise<unknown>): void;
}

/** What is used of `expo-background-task`. */
export interface ExpoBackgroundTaskLibrary {
  /** What a task answers. */
  readonly BackgroundTaskResult: {
    /** It has done what it was to do. */
    readonly Success: number;
    /** It has not. */
    readonly Failed: number;
  };
  /** Has the system run the task, for good: it survives restarts of app and device. */
  registerTaskAsync(
    taskName: string,
    options?: { readonly minimumInterval?: number },
  ): Promise<void>;
  /** Ends that. */
  unregisterTaskAsync(taskName: string): Promise<void>;
}
