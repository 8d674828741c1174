// The platform's word on the network in the Linux window: nobody there has one, and the
// engine goes by what its own requests meet. It has to be told so: it takes silence for a
// network that is not known yet, on which what wants Wi-Fi waits.

import type { NetworkSource } from "react-native-mailboat";

const nobodyKnows: NetworkSource = {
  subscribe(listener) {
    listener({ kind: "unknown" });
    return () => {
      // There is nothing to end: it has said all that it will.
    };
  },
};

/** What the window says of its network. */
export function platformNetwork(): NetworkSource {
  return nobodyKnows;
}
