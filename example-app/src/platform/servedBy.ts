// Which native module and which JavaScript engine serve this page. Read from the objects
// themselves, so that a stand-in cannot pass for the real one unnoticed.

/** Such as `C++ TurboModule, JavaScriptCore`. */
export function servedBy(module: object | null): string {
  return `${moduleKind(module)}, ${javaScriptEngine()}`;
}

/** Calls of the specification, as its C++ answers them. */
const CALLS = ["open", "query", "watch", "unwatch", "execute", "drain"] as const;

function moduleKind(module: object | null): string {
  if (module === null) return "No native module";
  const calls = CALLS.map((name) => (module as Readonly<Record<string, unknown>>)[name]);
  return calls.every(isNative) ? "C++ TurboModule" : "JavaScript module";
}

/** Whether a function has no JavaScript behind it. `bind` hides that, so a bound one does not count. */
function isNative(call: unknown): boolean {
  if (typeof call !== "function" || /^bound /.test(call.name)) return false;
  return /\[(native|bytecode) code\]/.test(Function.prototype.toString.call(call));
}

/** Each engine leaves marks of its own: two in its errors, one in the global object. */
function javaScriptEngine(): string {
  if ("HermesInternal" in globalThis) return "Hermes";
  const error = new Error("asked for its fields");
  if (Object.prototype.hasOwnProperty.call(error, "line")) return "JavaScriptCore";
  return "captureStackTrace" in Error ? "V8" : "another JavaScript engine";
}
