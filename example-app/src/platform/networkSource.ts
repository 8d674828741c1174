// The platform's word on the network, on a device.

import * as Network from "expo-network";
import { expoNetworkSource, type NetworkSource } from "react-native-mailboat";

/** What the device says of its network. */
export function platformNetwork(): NetworkSource {
  return expoNetworkSource(Network);
}
