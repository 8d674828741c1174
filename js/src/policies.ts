// Policies that ship with the package.

import { fieldData } from "./generated/fieldData";
import type { Policy } from "./generated/waist";

/**
 * Policies for `createMailboat({ policy })`; what a config leaves out keeps its default.
 *
 * `policies.fieldData` is for apps that collect data in the field: three retries, and Wi-Fi
 * first, for low priority as for the first pull. The rest of what such an app wants is not about
 * sending and belongs to its collections, where the schema says it:
 *
 * - `operations: ["create", "update"]`: nothing that was collected can be deleted;
 * - `conflict: "clientWins"`: what was measured on the spot stands;
 * - `initialSync: "required"`: {@link useInitialSync} says when the work can begin.
 *
 * @example
 * ```ts
 * const mailboat = createMailboat({
 *   path,
 *   backend,
 *   policy: { ...policies.fieldData, maxRetries: 5 },
 *   schema: {
 *     collections: [
 *       {
 *         name: "readings",
 *         columns: [{ name: "depth", type: "real" }],
 *         operations: ["create", "update"],
 *         conflict: "clientWins",
 *         initialSync: "required",
 *       },
 *     ],
 *   },
 * });
 * ```
 */
export const policies: {
  /** For apps that collect data in the field: three retries, Wi-Fi first. */
  readonly fieldData: Readonly<Required<Policy>>;
} = { fieldData };
