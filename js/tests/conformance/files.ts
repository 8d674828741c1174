// Makes the files that cases open and cannot make themselves: large ones, and those that
// are damaged afterwards. The runner has this run on Node before the suite starts.

import type { Config, Schema } from "../../src/generated/waist";
import { Device } from "./device";
import { NOTES, SCHEMA, WIDE, wideValues } from "./schemas";

/** Enough rows that a migration is still at work when the next call is made. */
const OUTDATED_NOTES = 15_000;
/** Enough rows that comparing each with a filter takes more steps than a read may. */
const WIDE_ROWS = 20_000;
/** Commands that are handed over at once. */
const GROUP = 2_000;

/** Makes all of them in a folder. */
export async function makeFiles(folder: string): Promise<string> {
  const schema = SCHEMA as unknown as Schema;
  await make({ path: `${folder}/small.db`, schema }, (device) => writeNotes(device, 20));
  await make(
    { path: `${folder}/outdated.db`, schema: { collections: [NOTES] as never } },
    (device) => writeNotes(device, OUTDATED_NOTES),
  );
  await make({ path: `${folder}/wide.db`, schema: { collections: [WIDE] } }, writeWide);
  // Left as it is: its log is not copied, as after a kill.
  await writeNotes(Device.open({ path: `${folder}/killed.db`, schema }), 20);
  return "";
}

async function make(config: Config, write: (device: Device) => Promise<void>): Promise<void> {
  const device = Device.open({ ...config, durability: "normal" });
  await write(device);
  await device.close();
}

async function writeNotes(device: Device, count: number): Promise<void> {
  await inGroups(count, async (at) => {
    await device.note(`note ${at}`, { rank: at });
  });
}

async function writeWide(device: Device): Promise<void> {
  const values = wideValues(true);
  await inGroups(WIDE_ROWS, async () => {
    await device.execute({ type: "create", collection: WIDE.name, values });
  });
}

async function inGroups(count: number, write: (at: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += GROUP) {
    const size = Math.min(GROUP, count - from);
    await Promise.all(Array.from({ length: size }, (_, at) => write(from + at)));
  }
}
