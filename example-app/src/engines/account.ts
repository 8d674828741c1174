// Who uses this device, and how the server is asked for a token.

import type { GetToken } from "react-native-mailboat";

/** Who uses this device, with which server. */
export interface Account {
  /** Id of the user, such as `ann`. */
  readonly user: string;
  /** Address of the server, such as `http://10.0.2.2:4077`. */
  readonly serverUrl: string;
  /** A bearer token, where one was given; otherwise the server is asked. */
  readonly token?: string;
}

/** What the app was started with. Every value is a text. */
export type LaunchArguments = Readonly<Record<string, unknown>>;

/** The account that the app was started with; `null` when somebody has to be asked. */
export function accountOf(launchArguments: LaunchArguments): Account | null {
  const { serverUrl, token, user } = launchArguments;
  if (!isText(serverUrl) || !isText(user)) return null;
  return { user, serverUrl: withoutSlash(serverUrl), ...(isText(token) && { token }) };
}

/** What somebody typed as an account, or a sentence about what is wrong with it. */
export function parseAccount(user: string, serverUrl: string): Account | string {
  const [id, address] = [user.trim(), serverUrl.trim()];
  if (id === "") return "Enter your name.";
  if (!/^https?:\/\/[^/\s]+/.test(address)) {
    return "Enter the server's address with http:// or https:// in front.";
  }
  return { user: id, serverUrl: withoutSlash(address) };
}

/** Answers the account's token, and asks the dev server for one when that will not do. */
export function tokenSource({ serverUrl, token, user }: Account): GetToken {
  return async ({ refresh }) => {
    if (token !== undefined && !refresh) return token;
    const answer = await fetch(`${serverUrl}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user }),
    });
    if (!answer.ok) throw new Error(`The server answered ${answer.status} instead of a token.`);
    return ((await answer.json()) as { token: string }).token;
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}
