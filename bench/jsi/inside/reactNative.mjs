// Stands in for "react-native" in the bundle: what Mailboat's module and op-sqlite's
// wrapper take from it. Both find their native side in the globals of the program.

/* global __turboModuleProxy */

export const TurboModuleRegistry = { get: (name) => __turboModuleProxy(name) };
// Only its constants are asked for: the paths of a phone.
export const NativeModules = { OPSQLite: { getConstants: () => ({}) } };
export const Platform = { OS: "android" };
