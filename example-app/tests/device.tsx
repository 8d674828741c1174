// A device with the app on it: real engines on files of their own, a real server, a wire
// that can be cut.

import { render } from "@testing-library/react-native";
import type { ReactElement } from "react";
import { AppState } from "react-native";
import { MailboatProvider, ManualNetworkSource } from "react-native-mailboat";
import { createTestMailboat, type TestMailboat } from "react-native-mailboat/testing";
import { SafeAreaProvider } from "react-native-safe-area-context";
import { OpenEngines } from "../src/engines/EnginesProvider";
import type { Engines } from "../src/engines/openEngines";
import { chatSchema, tasksSchema, type ChatCollections } from "../src/engines/schema";
import { Navigation } from "../src/navigation/Navigation";

// React Native's preset has no word on it; in a test somebody always looks at the app.
Object.assign(AppState, { currentState: "active" });

/** A phone in portrait. */
const METRICS = {
  frame: { x: 0, y: 0, width: 390, height: 844 },
  insets: { top: 47, right: 0, bottom: 34, left: 0 },
};

/** A device of one user. */
export interface Device {
  readonly chat: TestMailboat<ChatCollections>;
  readonly engines: Engines;
  /** Renders the whole app of somebody who has signed in. */
  show(): void;
  close(): Promise<void>;
}

/** Makes a device with a server of its own. */
export async function createDevice(user: string): Promise<Device> {
  const chat = chatOf(await createTestMailboat({ schema: chatSchema, user }));
  const tasks = await createTestMailboat({ schema: tasksSchema, user });
  const engines: Engines = {
    account: { user, serverUrl: chat.server.url },
    chat: chat.mailboat,
    tasks: tasks.mailboat,
    network: new ManualNetworkSource(),
  };
  return {
    chat,
    engines,
    show: () => {
      render(<AppOf engines={engines} />);
    },
    close: async () => {
      await tasks.close();
      await chat.close();
    },
  };
}

/** As `openEngines` does: the package's own types say what `memberIds` holds. */
function chatOf(device: unknown): TestMailboat<ChatCollections> {
  return device as TestMailboat<ChatCollections>;
}

function AppOf({ engines }: { readonly engines: Engines }): ReactElement {
  return (
    <SafeAreaProvider initialMetrics={METRICS}>
      <MailboatProvider mailboat={engines.chat}>
        <OpenEngines engines={engines}>
          <Navigation />
        </OpenEngines>
      </MailboatProvider>
    </SafeAreaProvider>
  );
}
