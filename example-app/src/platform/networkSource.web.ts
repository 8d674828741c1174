// The platform's word on the network in the Linux window: there is none, and the engine goes
// by what its own requests meet.

/** Nobody who knows. */
export function platformNetwork(): undefined {
  return undefined;
}
