// The narrow waist as TypeScript sees it: six calls and one signal, all bodies JSON text.
// On a phone a TurboModule implements it, in Node an N-API add-on.

/**
 * What a platform must offer. Every call throws, or rejects with, an error whose message
 * is a `WaistError` as JSON. Apps have no use for its calls: they hand it to
 * {@link createMailboat}, in Node the one of `nodeHost()`.
 */
export interface Host {
  /** Takes a `Config`, answers an `Opened`. The same config again: the same engine. */
  open(config: string): string;
  /** Takes a `Query`, answers what that query says. Synchronous, bounded in rows and steps. */
  query(engine: number, request: string): string;
  /** Takes a `Window`, answers a `Watched`. */
  watch(engine: number, request: string): string;
  /** Ends a watch; one that is unknown or ended is no error. */
  unwatch(engine: number, watch: number): void;
  /** Takes a `Command`; resolves, once it is durable, with that command's answer. */
  execute(engine: number, command: string): Promise<string>;
  /** Answers a `Drained`: everything that happened since the last drain. */
  drain(engine: number): string;
  /**
   * Calls `listener` on the JavaScript thread when an engine has something to drain;
   * at most one undelivered wake an engine.
   *
   * @returns ends the listening
   */
  onWake(listener: (engine: number) => void): () => void;
}
