/**
 * Who uses the device: by what the app was started with, or by asking.
 *
 * @jest-environment ./tests/environment.js
 */

import { render, screen, userEvent } from "@testing-library/react-native";
import { createTestMailboat } from "react-native-mailboat/testing";
import { accountOf, tokenSource } from "../src/engines/account";
import { SignInScreen } from "../src/screens/SignInScreen";

declare const nodeFetch: typeof fetch;

describe("signing in", () => {
  beforeAll(() => {
    globalThis.fetch = nodeFetch;
  });

  it("asks nobody when the app was started with a user and a server", () => {
    expect(accountOf({ user: "ann", serverUrl: "http://localhost:4077/" })).toEqual({
      user: "ann",
      serverUrl: "http://localhost:4077",
    });
    expect(accountOf({ user: "ann" })).toBeNull();
  });

  it("takes a name and an address, and says what is wrong with them", async () => {
    const onSignIn = jest.fn();
    render(<SignInScreen onSignIn={onSignIn} />);
    const user = userEvent.setup();
    await user.type(screen.getByTestId("sign-in-user"), "ann");
    await user.type(screen.getByTestId("sign-in-server"), "localhost:4077");
    await user.press(screen.getByTestId("sign-in"));
    expect(screen.getByTestId("sign-in-problem")).toHaveTextContent(/http:\/\//);
    expect(onSignIn).not.toHaveBeenCalled();

    await user.clear(screen.getByTestId("sign-in-server"));
    await user.type(screen.getByTestId("sign-in-server"), "http://localhost:4077");
    await user.press(screen.getByTestId("sign-in"));
    expect(onSignIn).toHaveBeenCalledWith({ user: "ann", serverUrl: "http://localhost:4077" });
  });

  it("gets a token from the server, and keeps one that was given until it is refused", async () => {
    const device = await createTestMailboat({ user: "ann" });
    const account = { user: "ann", serverUrl: device.server.url };
    const token = await tokenSource(account)({ refresh: false });
    expect(token).toEqual(expect.any(String));
    const getToken = tokenSource({ ...account, token: "given" });
    expect(await getToken({ refresh: false })).toBe("given");
    expect(await getToken({ refresh: true })).not.toBe("given");
    await device.close();
  });
});
