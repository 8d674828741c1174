// The gate while the engine waits for a network that costs less: the real one waits only when
// the first word of the network comes before its first pull.

import { act, render, screen, userEvent } from "@testing-library/react-native";
import { Text } from "react-native";
import { createMailboat, MailboatProvider } from "../../src";
import { InitialSyncScreen } from "../../src/components";
import type { InitialSyncStatus } from "../../src/generated/waist";
import { ScriptedHost, statusEvent } from "./scriptedHost";

const WAITING: InitialSyncStatus = { state: "waiting", missing: ["tasks"], records: 0 };

describe("InitialSyncScreen", () => {
  let host: ScriptedHost;

  beforeEach(() => {
    host = new ScriptedHost();
    host.queue(statusEvent({ initialSync: WAITING }));
    const mailboat = createMailboat({ path: "/scripted.db", host });
    render(
      <MailboatProvider mailboat={mailboat}>
        <InitialSyncScreen>
          <Text>Tasks</Text>
        </InitialSyncScreen>
      </MailboatProvider>,
    );
  });

  function says(initialSync: InitialSyncStatus | null): void {
    act(() => {
      host.wake(statusEvent({ initialSync }));
    });
  }

  it("lets a person load now what waits, and shows nothing to press while it comes", async () => {
    expect(screen.getByTestId("initial-sync-text")).toHaveTextContent(
      "Waiting for a connection that suits",
    );
    await userEvent.press(screen.getByRole("button", { name: "Load now" }));
    expect(host.executing.map(({ command }) => command.type)).toEqual(["sync"]);
    says({ ...WAITING, state: "running", records: 250 });
    expect(screen.getByTestId("initial-sync-text")).toHaveTextContent("Loading, 250 so far");
    expect(screen.queryByRole("button")).not.toBeOnTheScreen();
  });

  it("opens at once when all is here, however calm the rest of the screen is kept", () => {
    says({ ...WAITING, state: "running" });
    expect(screen.queryByText("Tasks")).not.toBeOnTheScreen();
    says(null);
    expect(screen.getByText("Tasks")).toBeOnTheScreen();
  });
});
