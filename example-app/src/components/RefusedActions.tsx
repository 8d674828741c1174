// What a person can do about a write that the server has refused.

import type { ReactElement } from "react";
import { Button } from "./Button";

interface RefusedActionsProps {
  /** The buttons' test ids begin so: `message` makes `message-retry` and `message-discard`. */
  readonly testID: string;
  readonly retry: () => void;
  readonly discard: () => void;
}

/** Two buttons, for a row. */
export function RefusedActions({ discard, retry, testID }: RefusedActionsProps): ReactElement {
  return (
    <>
      <Button testID={`${testID}-retry`} look="plain" title="Send again" onPress={retry} />
      <Button testID={`${testID}-discard`} look="danger" title="Discard" onPress={discard} />
    </>
  );
}
