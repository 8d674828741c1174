// What the provider shows while a database opens, and when it cannot be opened.

import { act, render, screen } from "@testing-library/react-native";
import { Component, type ReactNode } from "react";
import { Text } from "react-native";
import { createMailboat, MailboatError, MailboatProvider, useConversations } from "../../src";
import type { Event } from "../../src/generated/waist";
import { row, ScriptedHost } from "./scriptedHost";

interface BoundaryState {
  readonly code: string | null;
}

class Boundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { code: null };
  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { code: error instanceof MailboatError ? error.code : "not a MailboatError" };
  }
  override render(): ReactNode {
    return this.state.code === null ? this.props.children : <Text>{this.state.code}</Text>;
  }
}

function Titles(): ReactNode {
  const { conversations } = useConversations();
  return conversations.map(({ id }) => <Text key={id}>{id}</Text>);
}

describe("MailboatProvider", () => {
  let host: ScriptedHost;

  beforeEach(() => {
    host = new ScriptedHost();
    host.opened.state = "opening";
    host.stored = { rows: [row("c1")], revisions: [1], more: false };
    const mailboat = createMailboat({ path: "/scripted.db", host });
    render(
      <Boundary>
        <MailboatProvider mailboat={mailboat} fallback={<Text>one moment</Text>}>
          <Titles />
        </MailboatProvider>
      </Boundary>,
    );
  });

  async function happens(event: Event): Promise<void> {
    await act(async () => {
      host.wake(event);
      await Promise.resolve();
    });
  }

  it("shows its fallback while the database opens, and asks for no rows", () => {
    expect(screen.getByText("one moment")).toBeOnTheScreen();
    expect(host.calls).toEqual(["open", "drain"]);
  });

  it("shows the app with its rows once the database is open", async () => {
    await happens({ type: "opened" });
    expect(screen.queryByText("one moment")).toBeNull();
    expect(screen.getByText("c1")).toBeOnTheScreen();
  });

  it("throws the error to the nearest boundary when opening fails", async () => {
    const silenced = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const error = { code: "CORRUPT", message: "Not a database.", retryable: false } as const;
    await happens({ type: "openFailed", error });
    silenced.mockRestore();
    expect(screen.getByText("CORRUPT")).toBeOnTheScreen();
  });
});
