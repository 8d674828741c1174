// What an app hears without the native module, by where it runs. What tells the places apart
// is Expo's: `isRunningInExpoGo` of the package expo asks for the module `ExpoGo` as well.

import { unsupportedHere } from "../../src/native/unsupported";

interface Globals {
  expo?: unknown;
  process: unknown;
  document?: unknown;
}

const globals = globalThis as unknown as Globals;

/** The sentence that an app hears where these globals are. */
function heardWhere(surroundings: Partial<Globals>): string {
  const { document, expo, process } = globals;
  // A phone's `process` knows its environment and no version of Node.
  Object.assign(globals, { expo: undefined, document: undefined, process: { env: {} } });
  try {
    Object.assign(globals, surroundings);
    const error = unsupportedHere();
    expect(error.code).toBe("UNSUPPORTED");
    return error.message;
  } finally {
    Object.assign(globals, { document, expo, process });
  }
}

describe("without the native module", () => {
  it("Expo Go is told to make a development build", () => {
    const sentence = heardWhere({ expo: { modules: { ExpoGo: {}, ExponentConstants: {} } } });
    expect(sentence).toMatch(/^Expo Go holds only .*development build.*npx expo run:android/);
  });

  it("a browser is told that it is none of the platforms", () => {
    expect(heardWhere({ document: {} })).toMatch(/not in a browser\..*Platform\.OS !== "web"/);
  });

  it("a build from before the package was installed is told to build anew", () => {
    const developmentBuild = { modules: { ExponentConstants: {}, ExpoDevLauncher: {} } };
    const anew = /made before react-native-mailboat was installed\. Build it anew/;
    expect(heardWhere({ expo: developmentBuild })).toMatch(anew);
    expect(heardWhere({})).toMatch(anew);
  });

  it("Node and Jest are told of their hosts, with a document or without", () => {
    const { process } = globals;
    for (const document of [undefined, {}]) {
      const sentence = heardWhere({ process, document });
      expect(sentence).toMatch(/createTestMailboat\(\).*nodeHost\(\)/);
    }
  });
});
