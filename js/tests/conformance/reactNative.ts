// Stands in for "react-native" in the bundle: of all of it, the module's own file needs no
// more than the registry, and of the registry no more than what React Native itself does
// there: it asks the global that the platform has installed.

declare const __turboModuleProxy: ((name: string) => unknown) | undefined;

/** Any native module. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface TurboModule {}

/** Types that the code generator knows. */
// eslint-disable-next-line @typescript-eslint/no-namespace
export declare namespace CodegenTypes {
  /** A subscription to an event of a module. */
  type EventEmitter<T> = (listener: (value: T) => void) => { remove(): void };
}

/** Finds native modules. */
export const TurboModuleRegistry = {
  /** The module, or `null`. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  get<T extends TurboModule>(name: string): T | null {
    return typeof __turboModuleProxy === "undefined" ? null : (__turboModuleProxy(name) as T);
  },
};
