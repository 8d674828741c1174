// What an app hears where the native module is missing.

import { mailboatError, type MailboatError } from "../error";

export function unsupportedHere(): MailboatError {
  return mailboatError(
    "UNSUPPORTED",
    "The native module of react-native-mailboat is not in this app. Build the app anew after " +
      "installing the package; Expo Go and browsers do not have it, a development build does. " +
      'In Node and Jest pass `host: nodeHost()` from "react-native-mailboat/node".',
  );
}
