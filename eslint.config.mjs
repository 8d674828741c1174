import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

// What tools and scripts in plain JavaScript find in Node.
const nodeGlobals = [
  ...["AbortController", "AbortSignal", "Buffer", "TextDecoder", "TextEncoder", "URL", "__dirname"],
  ...["__filename", "clearInterval", "clearTimeout", "console", "fetch", "performance", "process"],
  ...["queueMicrotask", "setImmediate", "setInterval", "setTimeout", "structuredClone"],
];
const react = ["react", "react/*", "react-native"];
// The package's entry must load on a phone: nothing of Node in it.
const node = ["node:*", "**/node/*", "**/testing/*"];
// What the components use of React Native, all of which react-native-web has as well.
const primitives = [
  ...["ActivityIndicator", "Pressable", "StyleProp", "StyleSheet", "Text", "View", "ViewStyle"],
  "useColorScheme",
];

/** @param {string} files @param {string[]} ignores @param {string[]} group */
function restrictImports(files, ignores, group) {
  return {
    files: [`${files}/*.{ts,tsx}`],
    ignores,
    rules: { "no-restricted-imports": ["error", { patterns: [{ group }] }] },
  };
}

export default defineConfig(
  globalIgnores([
    "artifacts/",
    "build/",
    "coverage/",
    "dist/",
    "docs/api/",
    "js/src/generated/",
    "rust/",
    "target/",
  ]),
  js.configs.recommended,
  {
    files: ["js/**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in sentences are wanted: codes, counts, ports.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "no-console": "error",
    },
  },
  {
    files: ["js/src/{components,hooks}/**/*.{ts,tsx}", "js/tests/**/*.tsx"],
    extends: [reactHooks.configs.flat.recommended],
  },
  restrictImports(
    "js/src/**",
    ["js/src/{components,hooks,native,node,testing}/**"],
    [...react, ...node],
  ),
  // Only hooks, the provider and components know React, and tests its `act`.
  restrictImports("js/src/hooks/**", [], ["react-native", ...node]),
  {
    files: ["js/src/components/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [{ name: "react-native", allowImportNames: primitives }],
          patterns: [{ group: ["react-native/*", ...node] }],
        },
      ],
    },
  },
  restrictImports("js/src/node/**", [], react),
  // Only the specification of the native module and its host know TurboModules.
  restrictImports("js/src/native/**", [], ["react", "react/*", ...node]),
  {
    files: ["**/*.js"],
    languageOptions: { sourceType: "commonjs" },
    // A file may still say itself which globals it uses.
    rules: { "no-redeclare": ["error", { builtinGlobals: false }] },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, "readonly"])),
    },
  },
);
