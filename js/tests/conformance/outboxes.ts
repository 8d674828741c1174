// What the cases of the outbox share: devices off the network, notes, and what is sent.

import type {
  Config,
  OutboxEntry,
  PushEntry,
  WhyState,
  WriteOptions,
  Written,
} from "../../src/generated/waist";
import { answerPull, askingConfig, QUICK } from "./asked";
import { Device } from "./device";

/** Longer than any case. */
export const LATER_MS = 600_000;

/** Tells a device which network it is on. */
export const go = (device: Device, kind: "none" | "wifi" | "cellular"): Promise<null> =>
  device.execute({ type: "setNetwork", network: { kind } });

/** What the outbox holds. */
export const entriesOf = (device: Device): OutboxEntry[] =>
  device.query({ type: "outbox", limit: 500 }).entries;

/** Why an entry has not gone yet. */
export const whyOf = async (device: Device, entry: string | null): Promise<WhyState> =>
  (await device.execute({ type: "why", entry: entry ?? "" })).state;

/** The records of some entries. */
export const recordsOf = (entries: PushEntry[]): string[] =>
  entries.map(({ recordId }) => recordId);

/** Writes a note whose body is its id. */
export function note(device: Device, id: string, options: WriteOptions = {}): Promise<Written> {
  const values = { body: id };
  return device.execute({ type: "create", collection: "notes", id, values, options });
}

/** A device off the network, so that what is written waits. */
export async function openOffline(config: Config = askingConfig(QUICK)): Promise<Device> {
  const device = Device.open(config);
  await answerPull(device);
  await go(device, "none");
  return device;
}
