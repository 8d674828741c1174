// What an app configures, and the part of it that crosses the waist: functions stay here
// and are asked through questions.

import type { OnDiagnostic } from "./diagnostics/diagnostic";
import type { Answerers, GetToken, JavaScriptBackend, ResolveConflict } from "./engine/questions";
import type { Host } from "./engine/host";
import { messagingSchema } from "./generated/messagingSchema";
import type {
  BackendConfig,
  BackgroundConfig,
  Config,
  Durability,
  Policy,
  Schema,
} from "./generated/waist";
import type { NetworkSource } from "./network/networkSource";
import type { SchemaShape } from "./schema";

/**
 * A server of the REST contract (`docs/rest-contract.md`).
 *
 * @example
 * ```ts
 * const backend: RestBackend = {
 *   kind: "rest",
 *   baseUrl: "https://api.example.com/sync",
 *   getToken: async ({ refresh }) => (await auth.session({ refresh }))?.token ?? null,
 * };
 * ```
 */
export interface RestBackend {
  /** Tells it from a backend in JavaScript. */
  readonly kind: "rest";
  /** Such as `https://api.example.com/sync`; `/v1/push` and the others go below it. */
  readonly baseUrl: string;
  /** Asked for a bearer token when the engine has none, or when the server refused it. */
  readonly getToken?: GetToken;
  /** Allows `http://` to hosts other than this device. For development only. */
  readonly allowInsecure?: boolean;
}

/**
 * Everything an engine needs to know. Only `path` must be there.
 *
 * @typeParam S - the app's schema
 *
 * @example
 * ```ts
 * import * as Network from "expo-network";
 *
 * const config: MailboatConfig = {
 *   path: "field.db",
 *   backend,
 *   policy: policies.fieldData,
 *   network: expoNetworkSource(Network),
 *   onDiagnostic: report,
 * };
 * ```
 */
export interface MailboatConfig<S extends SchemaShape = SchemaShape> {
  /**
   * The database file. A name, such as `chat.db`, lies on a phone in a folder of the app that
   * no backup copies; the folder of an absolute path must exist and be writable.
   */
  readonly path: string;
  /** The app's collections; conversations and messages when left out. */
  readonly schema?: S;
  /** Where mutations go and changes come from; without one they stay in the outbox. */
  readonly backend?: RestBackend | JavaScriptBackend;
  /** What a local write survives: `full` (the default) also a power cut. */
  readonly durability?: Durability;
  /** Delays and limits of sending; what is left out keeps its default. */
  readonly policy?: Policy;
  /**
   * Who says what network the device is on, such as `expoNetworkSource(Network)`; without one
   * the engine goes by its own requests alone, and takes no network for metered. Until it has
   * said something, the network counts as metered.
   */
  readonly network?: NetworkSource;
  /**
   * Lets the file be synced without JavaScript, in the moments that a phone gives an app in
   * the background: with it the file keeps `schema`, `backend`, `policy` and `durability`, and
   * with `keepToken` also the last token that `getToken` gave, as plain text. Where the server
   * wants a token and none is kept, the file waits for the app. Opening the file without
   * `background` removes all of it. A backend in JavaScript cannot work without JavaScript.
   *
   * @example
   * ```ts
   * createMailboat({ path, backend, background: { keepToken: true } });
   * ```
   */
  readonly background?: BackgroundConfig;
  /** Who writes on this device: the sender of `sendMessage`. */
  readonly userId?: string;
  /** Decides conflicts of collections whose rule is `custom`; without it they are merged. */
  readonly resolveConflict?: ResolveConflict;
  /**
   * Hears what crash and analytics reporting wants to know: that opening failed, that writes
   * were refused for good, what the app's own backend functions threw, and more.
   */
  readonly onDiagnostic?: OnDiagnostic;
  /** The engine's host: `nodeHost()` in Node; on a phone it is found by itself. */
  readonly host?: Host;
}

/** The part of a config that Rust reads. */
export function toWaistConfig(config: MailboatConfig): Config {
  const { backend, background, durability, network, path, policy } = config;
  const { schema = messagingSchema } = config;
  return {
    path,
    // Rust reads it; that it may be declared `as const` makes no difference there.
    schema: schema as Schema,
    ...(backend !== undefined && { backend: toWaistBackend(backend) }),
    ...(durability !== undefined && { durability }),
    ...(policy !== undefined && { policy }),
    ...(background !== undefined && { background }),
    // Until the source has spoken, what wants Wi-Fi waits.
    ...(network !== undefined && { network: { kind: "unknown", metered: true } }),
  };
}

/** The functions of a config that the engine may ask. */
export function answerersOf({ backend, resolveConflict }: MailboatConfig): Answerers {
  return {
    ...(resolveConflict !== undefined && { resolveConflict }),
    ...(backend !== undefined && answerersOfBackend(backend)),
  };
}

function answerersOfBackend(backend: RestBackend | JavaScriptBackend): Answerers {
  if (!isRest(backend)) return { backend };
  return backend.getToken === undefined ? {} : { getToken: backend.getToken };
}

function toWaistBackend(backend: RestBackend | JavaScriptBackend): BackendConfig {
  if (!isRest(backend)) return { kind: "javaScript" };
  const { allowInsecure, baseUrl } = backend;
  return { kind: "rest", baseUrl, ...(allowInsecure !== undefined && { allowInsecure }) };
}

function isRest(backend: RestBackend | JavaScriptBackend): backend is RestBackend {
  return "kind" in backend;
}
