// The outbox as a person sees it, on the real engine and server.

import { screen, userEvent, waitFor } from "@testing-library/react-native";
import { createDevice, type Device } from "./device";

describe("the outbox", () => {
  let ann: Device;
  let user: ReturnType<typeof userEvent.setup>;

  beforeEach(async () => {
    ann = await createDevice("ann");
    ann.show();
    user = userEvent.setup();
    await waitFor(() => screen.getByTestId("screen-chats"));
  });

  afterEach(() => ann.close());

  it("says why something waits, and is empty once that has gone", async () => {
    await ann.chat.goOffline();
    await ann.chat.mailboat.create("conversations", { title: "Crew", memberIds: ["ann"] });
    await user.press(screen.getByTestId("tab-outbox"));
    expect(screen.getByTestId("outbox-what")).toHaveTextContent("Conversation “Crew”");
    await waitFor(() => {
      expect(screen.getByTestId("outbox-why")).toHaveTextContent(/network/i);
    });
    expect(screen.queryByTestId("outbox-retry")).toBeNull();

    await ann.chat.goOnline();
    await waitFor(() => screen.getByTestId("outbox-empty"));
  });

  it("sends all that was refused again, and drops what a person discards", async () => {
    await ann.chat.server.faults([
      { on: "push", kind: "entry", outcome: "rejected", user: "ann", times: 3 },
    ]);
    const memberIds = ["ann"];
    await ann.chat.mailboat.create("conversations", { title: "Crew", memberIds });
    await ann.chat.mailboat.create("conversations", { title: "Deck", memberIds });
    await user.press(screen.getByTestId("tab-outbox"));
    await waitFor(() => {
      expect(screen.getAllByTestId("outbox-retry")).toHaveLength(2);
    });

    // One of the two is refused once more.
    await user.press(screen.getByTestId("outbox-retry-all"));
    await waitFor(() => {
      expect(screen.getAllByTestId("outbox-retry")).toHaveLength(1);
    });
    await user.press(screen.getByTestId("outbox-discard"));
    await waitFor(() => screen.getByTestId("outbox-empty"));
    expect(await ann.chat.server.state()).toMatchObject({ records: { conversations: 1 } });
  });
});
