// Opens the two engines of an account. Asking again answers those that are open.

import {
  createMailboat,
  ManualNetworkSource,
  policies,
  type Mailboat,
  type RestBackend,
} from "react-native-mailboat";
import { platformNetwork } from "../platform/networkSource";
import { tokenSource, type Account } from "./account";
import { chatSchema, tasksSchema, type ChatCollections, type TasksCollections } from "./schema";

/** The engines of one account. */
export interface Engines {
  readonly account: Account;
  /** Conversations, messages, receipts. */
  readonly chat: Mailboat<ChatCollections>;
  /** Tasks, under the preset `fieldData`. */
  readonly tasks: Mailboat<TasksCollections>;
  /** Says what the platform says, unless somebody tries another network. */
  readonly network: ManualNetworkSource;
}

/** Opens the engines of `account` on files in `folder`. */
export function openEngines(account: Account, folder: string): Engines {
  const backend: RestBackend = {
    kind: "rest",
    baseUrl: account.serverUrl,
    getToken: tokenSource(account),
    // The dev server of an example speaks plain HTTP, and to a phone it is another host.
    allowInsecure: true,
  };
  // A name may hold what a file's name must not.
  const file = encodeURIComponent(account.user);
  const network = new ManualNetworkSource(platformNetwork());
  const chat = createMailboat({
    path: `${folder}/${file}-chat.db`,
    schema: chatSchema,
    backend,
    userId: account.user,
    network,
  });
  const tasks = createMailboat({
    path: `${folder}/${file}-tasks.db`,
    schema: tasksSchema,
    policy: policies.fieldData,
    backend,
    userId: account.user,
    network,
  });
  return { account, chat, tasks, network };
}
