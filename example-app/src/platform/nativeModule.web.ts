// The native module as React Native's C++ installs it in the page; for the diagnostics only.

type Proxy = (name: string) => object | null | undefined;

/** The module object; `null` where it is missing, as in an ordinary browser. */
export function nativeModule(): object | null {
  const { __turboModuleProxy: proxy } = globalThis as { readonly __turboModuleProxy?: Proxy };
  return proxy?.("Mailboat") ?? null;
}
