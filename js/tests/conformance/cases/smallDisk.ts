// A disk that is full. The small file system of the run holds a few large notes.

import { assert } from "chai";
import { toMailboatError, type MailboatError } from "../../../src/error";
import { configOf, Device } from "../device";
import { smallDisk } from "../place";
import { MEGABYTE } from "../schemas";
import { describe, it } from "../suite";

/** More than the file system holds; each note is there twice, in its table and the outbox. */
const MORE_THAN_FIT = 40;

export function defineSmallDisk(): void {
  describe("a full disk", () => {
    it("refuses a write with DISK_FULL, keeps every other, and does not end the engine", async () => {
      const config = configOf({ path: `${smallDisk()}/a.db` });
      const device = Device.open(config);
      const small = await device.note("small");
      const stored: string[] = [small];
      const refused = await fill(device, stored);
      assert.strictEqual(refused?.code, "DISK_FULL");
      assert.isTrue(refused?.retryable);
      assertHas(device, stored);
      assert.isNull(await device.execute({ type: "setNetwork", network: { kind: "unknown" } }));
      await device.close();
      assertHas(Device.open(config), stored);
    });
  });
}

/** Writes until one is refused; answers why. */
async function fill(device: Device, stored: string[]): Promise<MailboatError | null> {
  for (let count = 0; count < MORE_THAN_FIT; count += 1) {
    try {
      stored.push(await device.note("x".repeat(MEGABYTE)));
    } catch (error) {
      return toMailboatError(error);
    }
  }
  return null;
}

function assertHas(device: Device, stored: string[]): void {
  const { rows } = device.query({ type: "window", window: { collection: "notes", limit: 500 } });
  assert.deepEqual(
    rows.map(({ id }) => id),
    stored,
  );
}
