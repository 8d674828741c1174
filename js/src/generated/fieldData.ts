// Written by rust/engine/tests/generated.rs from the Rust types. Never edit: run `npm run generate`.
import type { Policy } from "./waist";

/**
 * For apps that collect data in the field: three retries, Wi-Fi first. The rest of the preset
 * belongs to collections: conflicts settled as `clientWins`, `operations` of create and update,
 * `initialSync: "required"`.
 */
export const fieldData = {
  "baseMs": 1000,
  "batchBytes": 262144,
  "batchEntries": 100,
  "batchWindowMs": 5000,
  "breakerFailures": 5,
  "breakerMaxOpenMs": 300000,
  "breakerOpenMs": 30000,
  "bulkNetwork": "unmetered",
  "edgeSpreadMs": 1000,
  "factor": 2,
  "lowMaxAgeMs": 86400000,
  "lowMaxBytes": 1000000,
  "lowNetwork": "unmetered",
  "maxDelayMs": 60000,
  "maxRetries": 3,
  "maxRetryAfterMs": 3600000,
  "meteredPullLimit": 100,
  "offlineProbeMs": 60000,
  "pullIntervalMs": 900000,
  "pullLimit": 500,
  "questionTimeoutMs": 30000,
  "reconnectSpreadMs": 5000,
  "requestTimeoutMs": 30000,
  "retryBudgetPercent": 10,
  "retryFloorMs": 5000,
  "scheduleMs": 900000,
  "serverFirstTimeoutMs": 10000
} as const satisfies Policy;
