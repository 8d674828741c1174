// Collections that an app cannot be used without: how far their first pull has come.

import { assert } from "chai";
import type { Change, Collection, Config, InitialSyncStatus } from "../../../src/generated/waist";
import { answerPull, askingConfig, NO_CHANGES, QUICK } from "../asked";
import { configOf, Device } from "../device";
import { LETTERS, NOTES } from "../schemas";
import { describe, it } from "../suite";

const required = (collection: Collection): Collection => ({
  ...collection,
  initialSync: "required",
});
const gated = (): Config => ({
  ...askingConfig(QUICK),
  schema: { collections: [required(NOTES), LETTERS] },
});

function changes(from: number, count: number): Change[] {
  return Array.from({ length: count }, (_, at) => {
    const version = from + at;
    return {
      collection: "notes",
      id: `n${version}`,
      version,
      order: version,
      values: { body: "" },
    };
  });
}

const initialSync = (device: Device): InitialSyncStatus | null =>
  device.query({ type: "status" }).initialSync;
/** Waits until the first pull is there, or has ended. */
const until = (device: Device, state: InitialSyncStatus["state"] | null) =>
  device.status(`initial sync ${state}`, (status) => (status.initialSync?.state ?? null) === state);

export function defineInitialSync(): void {
  describe("a required collection", () => {
    it("is missing from the first look on, until a pull has ended", async () => {
      const device = Device.open(gated());
      assert.deepInclude(initialSync(device), { missing: ["notes"], records: 0 });
      await until(device, "running");
      await answerPull(device, { ...NO_CHANGES, changes: changes(1, 7), cursor: "a", more: true });
      assert.deepEqual(initialSync(device), { state: "running", missing: ["notes"], records: 7 });
      await answerPull(device, { ...NO_CHANGES, changes: changes(8, 2) });
      assert.isNull(initialSync(device));
    });

    it("waits until somebody is signed in", async () => {
      const backend = { kind: "rest", baseUrl: "http://localhost:1" } as const;
      const device = Device.open({ ...gated(), backend });
      await device.question("token");
      assert.strictEqual(initialSync(device)?.state, "waiting");
    });

    it("goes on where a restart interrupted it, and is never missing again", async () => {
      const config = gated();
      const first = Device.open(config);
      await answerPull(first, { ...NO_CHANGES, changes: changes(1, 7), cursor: "a", more: true });
      await first.close();
      const second = Device.open(config);
      assert.deepInclude(initialSync(second), { missing: ["notes"], records: 7 });
      assert.strictEqual(await answerPull(second), "a");
      await until(second, null);
      await second.close();
      const third = Device.open(config);
      assert.isNull(initialSync(third));
    });

    it("fails with the error of its pull, and comes when asked for", async () => {
      const device = Device.open({
        ...gated(),
        policy: { ...QUICK, baseMs: 60_000, maxDelayMs: 60_000 },
      });
      const question = await device.question("pull");
      await device.answer(question, { kind: "failed", status: 503, retryAfterMs: 60_000 });
      const status = await until(device, "failed");
      assert.strictEqual(status.error?.code, "NETWORK");
      const synced = device.execute({ type: "sync" });
      await until(device, "running");
      await answerPull(device, { ...NO_CHANGES, changes: changes(1, 1) });
      await synced;
      assert.isNull(initialSync(device));
    });

    it("that an update of the app brings is missing alone", async () => {
      const config = { ...askingConfig(), schema: { collections: [required(LETTERS)] } };
      const before = Device.open(config);
      await answerPull(before);
      await until(before, null);
      await before.close();
      const after = Device.open({
        ...config,
        schema: { collections: [required(LETTERS), required(NOTES)] },
      });
      await until(after, "running");
      assert.deepEqual(initialSync(after)?.missing, ["notes"]);
      assert.isNull(await answerPull(after), "everything is pulled again");
      await until(after, null);
    });

    it("of an engine without a backend keeps nobody waiting", () => {
      const device = Device.open(configOf({ schema: { collections: [required(NOTES)] } }));
      assert.isNull(initialSync(device));
    });
  });
}
