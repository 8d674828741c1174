// Policies that ship with the package.

import { fieldData } from "./generated/fieldData";

/**
 * Policies for `createMailboat({ policy })`; what a config leaves out keeps its default.
 *
 * `policies.fieldData` is for apps that collect data in the field: three retries, and Wi-Fi
 * first, for low priority as for the first pull. Half of what such an app wants is not about
 * sending and belongs to its collections, where the schema says it:
 *
 * - `operations: ["create", "update"]`: nothing that was collected can be deleted;
 * - conflicts settled as `clientWins`, and `initialSync: "required"`, once the engine has them.
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
 *       },
 *     ],
 *   },
 * });
 * ```
 */
export const policies = { fieldData } as const;
