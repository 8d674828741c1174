import { renderHook, waitFor } from "@testing-library/react-native";
import { MailboatProvider, useInitialSync, type InitialSyncView } from "react-native-mailboat";
import { createTestMailboat } from "react-native-mailboat/testing";
import { requiredTasks as schema, ShoreBackend, UNTIL_ASKED as policy } from "./backends";
import { during } from "./setting";

it("blocks an app until what it needs is here, and a retry brings it", async () => {
  const backend = new ShoreBackend();
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
