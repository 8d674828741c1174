import { render, screen, userEvent, waitFor } from "@testing-library/react-native";
import type { ReactElement } from "react";
import { Text } from "react-native";
import { MailboatProvider, useRows, type CollectionsOf } from "react-native-mailboat";
import { InitialSyncScreen, type InitialSyncScreenProps } from "react-native-mailboat/components";
import {
  createTestMailboat,
  type TestMailboat,
  type TestMailboatOptions,
} from "react-native-mailboat/testing";
import "../setting";
import { requiredTasks as schema, ShoreBackend, UNTIL_ASKED as policy } from "../backends";

type TaskCollections = CollectionsOf<typeof schema>;
type TaskDevice = TestMailboat<TaskCollections>;

const devices: TaskDevice[] = [];

afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
});

async function openDevice(options: TestMailboatOptions): Promise<TaskDevice> {
  const device = await createTestMailboat({ policy, schema, ...options });
  devices.push(device);
  return device;
}

function Tasks(): ReactElement[] {
  const { rows } = useRows<TaskCollections, "tasks">({ collection: "tasks", limit: 10 });
  return rows.map(({ id, title }) => <Text key={id}>{title}</Text>);
}

function show(device: TaskDevice, props: InitialSyncScreenProps = {}): { unmount: () => void } {
  return render(
    <MailboatProvider mailboat={device.mailboat}>
      <InitialSyncScreen {...props}>
        <Tasks />
      </InitialSyncScreen>
    </MailboatProvider>,
  );
}

async function says(text: string): Promise<void> {
  await waitFor(() => {
    expect(screen.getByTestId("initial-sync-text")).toHaveTextContent(text);
  });
}

describe("InitialSyncScreen", () => {
  it("keeps the app back while its records cannot come, and a retry brings them", async () => {
    const backend = new ShoreBackend();
    show(await openDevice({ backend }));
    await says("Not everything you need is here yet");
    expect(screen.getByRole("alert")).toHaveTextContent(/server could not answer/);
    expect(screen.queryByText("Row")).not.toBeOnTheScreen();
    backend.isDown = false;
    await userEvent.press(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => screen.getByText("Row"));
    expect(screen.queryByTestId("initial-sync")).not.toBeOnTheScreen();
  });

  it("shows the app in its first render once all has been here, with no server to ask", async () => {
    const backend = new ShoreBackend();
    backend.isDown = false;
    const device = await openDevice({ backend });
    const { unmount } = show(device);
    await waitFor(() => screen.getByText("Row"));
    unmount();
    backend.isDown = true;
    await device.restart();
    show(device);
    screen.getByText("Row");
  });

  it("speaks in the app's words", async () => {
    const device = await openDevice({ backend: new ShoreBackend() });
    show(device, {
      texts: { failed: "Noch nicht alles da", error: ({ code }) => code, retry: "Nochmal" },
    });
    await says("Noch nicht alles da");
    expect(screen.getByTestId("initial-sync-error")).toHaveTextContent("NETWORK");
    expect(screen.getByTestId("initial-sync-retry")).toHaveTextContent("Nochmal");
  });
});
