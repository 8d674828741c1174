// Opening an engine. One engine a config: React renders twice in StrictMode, and Fast
// Refresh runs modules again, so asking again must find what is open.

import { toWaistConfig, type MailboatConfig } from "./config";
import { openFailed } from "./diagnostics/diagnostic";
import { tellDiagnostic } from "./diagnostics/diagnostics";
import type { Host } from "./engine/host";
import { decode, encode } from "./engine/json";
import { toMailboatError } from "./error";
import type { Opened } from "./generated/waist";
import { Mailboat } from "./mailboat";
import { nativeHost } from "./native/nativeHost";
import type { Collections, CollectionsOf, SchemaShape } from "./schema";
import { Session } from "./session";

/**
 * A config whose collections are those that ship with the package.
 *
 * @example
 * ```ts
 * const config: MessagingConfig = { path: "chat.db", backend, userId: "ann" };
 * const mailboat = createMailboat(config);
 * ```
 */
export type MessagingConfig = Omit<MailboatConfig, "schema"> & {
  /** There is none: one that is named, even by a variable, is another kind of config. */
  readonly schema?: never;
};

/**
 * A config with the app's own collections.
 *
 * @typeParam S - the schema, from which the types of its records follow
 */
export type SchemaConfig<S extends SchemaShape> = MailboatConfig<S> & {
  /** The app's collections. */
  readonly schema: S;
};

/**
 * Opens the engine on a database file, or answers the one that is open with the same config.
 *
 * Usually reads work when this returns, so that the first screen has its rows. After an
 * update of the app the file may have to be migrated first: `state` is `opening` then, and
 * {@link MailboatProvider} shows its fallback.
 *
 * @param config - the database file, the backend and the rest; see {@link MailboatConfig}
 * @returns the engine; the same object for the same config
 * @throws {@link MailboatError} when the file cannot be opened, such as `LOCKED` (another
 * process has it open), `CORRUPT`, `NEWER_VERSION` (a newer version of the app wrote it),
 * `DISK_FULL`, `INVALID_ARGUMENT` for the config, or `UNSUPPORTED` where the native module is
 * missing, as in Expo Go.
 *
 * @example
 * ```ts
 * export const mailboat = createMailboat({
 *   path: `${documentFolder}/chat.db`,
 *   backend: { kind: "rest", baseUrl: "https://api.example.com/sync", getToken },
 *   userId: "ann",
 * });
 * ```
 *
 * @example Collections of one's own: names, columns and types follow from the schema.
 * ```ts
 * const todos = createMailboat({
 *   path,
 *   schema: {
 *     collections: [{ name: "todos", columns: [{ name: "title", type: "text" }] }],
 *   },
 * });
 * await todos.create("todos", { title: "Caulk the hull" });
 * ```
 */
export function createMailboat(config: MessagingConfig): Mailboat;
export function createMailboat<const S extends SchemaShape>(
  config: SchemaConfig<S>,
): Mailboat<CollectionsOf<S>>;
export function createMailboat(config: MailboatConfig): unknown {
  try {
    const host = config.host ?? nativeHost();
    return enginesOf(host).open(config);
  } catch (thrown) {
    const error = toMailboatError(thrown);
    tellDiagnostic(config.onDiagnostic, openFailed(error));
    throw error;
  }
}

/** The engines that are open on one host; wakes find theirs here. */
class OpenEngines {
  private readonly byId = new Map<number, { session: Session; mailboat: AnyMailboat }>();
  private stopListening: (() => void) | null = null;

  constructor(private readonly host: Host) {}

  open(config: MailboatConfig): AnyMailboat {
    // Listen first: a wake that nobody hears is not repeated.
    this.stopListening ??= this.host.onWake((engine) =>
      this.byId.get(engine)?.session.engine.drain(),
    );
    try {
      return this.add(decode<Opened>(this.host.open(encode(toWaistConfig(config)))), config);
    } catch (error) {
      this.stopWhenEmpty();
      throw error;
    }
  }

  private add(opened: Opened, config: MailboatConfig): AnyMailboat {
    const found = this.byId.get(opened.engine);
    if (found !== undefined) {
      found.session.adopt(config);
      return found.mailboat;
    }
    const session = new Session(this.host, opened, config, () => {
      this.byId.delete(opened.engine);
      this.stopWhenEmpty();
    });
    const mailboat: AnyMailboat = new Mailboat(session);
    this.byId.set(opened.engine, { session, mailboat });
    session.engine.drain();
    return mailboat;
  }

  private stopWhenEmpty(): void {
    if (this.byId.size > 0) return;
    this.stopListening?.();
    this.stopListening = null;
  }
}

type AnyMailboat = Mailboat<Collections>;

const engines = new WeakMap<Host, OpenEngines>();

function enginesOf(host: Host): OpenEngines {
  const known = engines.get(host);
  if (known !== undefined) return known;
  const made = new OpenEngines(host);
  engines.set(host, made);
  return made;
}
