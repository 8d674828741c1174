import { renderHook, waitFor } from "@testing-library/react-native";
import {
  BackendError,
  MailboatProvider,
  useInitialSync,
  type InitialSyncView,
  type JavaScriptBackend,
  type PullPage,
} from "react-native-mailboat";
import { createTestMailboat } from "react-native-mailboat/testing";
import { during } from "./setting";

const schema = {
  collections: [
    { name: "tasks", columns: [{ name: "title", type: "text" }], initialSync: "required" },
  ],
} as const;
const LATER_MS = 600_000;

/** A backend whose first pull fails once. */
class Shore implements JavaScriptBackend {
  isDown = true;
  readonly push: JavaScriptBackend["push"] = () => Promise.resolve([]);
  readonly pull = (): Promise<PullPage> => {
    if (this.isDown) return Promise.reject(new BackendError(503));
    const change = {
      collection: "tasks",
      id: "t1",
      version: 1,
      order: 1,
      values: { title: "Row" },
    };
    return Promise.resolve({ changes: [change], tombstones: [], cursor: "1", more: false });
  };
}

it("blocks an app until what it needs is here, and a retry brings it", async () => {
  const backend = new Shore();
  const policy = { baseMs: LATER_MS, maxDelayMs: LATER_MS };
  const device = await createTestMailboat({ backend, schema, policy });
  const states: InitialSyncView["state"][] = [];
  const gate = renderHook(
    () => {
      const view = useInitialSync();
      states.push(view.state);
      return view;
    },
    {
      wrapper: ({ children }) => (
        <MailboatProvider mailboat={device.mailboat}>{children}</MailboatProvider>
      ),
    },
  ).result;
  expect(states[0]).not.toBe("done");
  await waitFor(() => {
    expect(gate.current).toMatchObject({ state: "failed", missing: ["tasks"], records: 0 });
  });
  expect(gate.current.error?.code).toBe("NETWORK");
  backend.isDown = false;
  await during(gate.current.retry);
  expect(gate.current).toMatchObject({ state: "done", missing: [], error: null });
  expect(device.mailboat.record("tasks", "t1")).toMatchObject({ title: "Row" });
  await device.close();
});
