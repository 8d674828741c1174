// Opens the engines of the account that has signed in, and hands them to the screens.

import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  type ReactElement,
  type ReactNode,
} from "react";
import { AppState } from "react-native";
import { MailboatProvider } from "react-native-mailboat";
import { useStatusChangeCount } from "../diagnostics/statusChanges";
import { documentFolder } from "../platform/documentFolder";
import type { Account } from "./account";
import { openEngines, type Engines } from "./openEngines";
import { ReceiptWriter } from "./receiptWriter";

/** What the screens share. */
export interface EnginesView extends Engines {
  /** Told by a screen what it has shown. */
  readonly receipts: ReceiptWriter;
}

/** Handed to the screens; tests hand in engines of their own. */
export const EnginesContext = createContext<EnginesView | null>(null);

/** The engines of the account that has signed in. */
export function useEngines(): EnginesView {
  const engines = useContext(EnginesContext);
  if (engines === null) throw new Error("useEngines belongs inside of EnginesProvider.");
  return engines;
}

interface EnginesProviderProps {
  readonly account: Account;
  /** Shown while a database opens that is of an older version or was damaged. */
  readonly fallback: ReactNode;
  readonly children: ReactNode;
}

/** Opens the engines of `account`. The chat's is the one that hooks find. */
export function EnginesProvider(props: EnginesProviderProps): ReactElement {
  const { account, children, fallback } = props;
  const engines = useMemo(() => openEngines(account, documentFolder()), [account]);
  return (
    <MailboatProvider mailboat={engines.chat} fallback={fallback}>
      <OpenEngines engines={engines}>{children}</OpenEngines>
    </MailboatProvider>
  );
}

interface OpenEnginesProps {
  readonly engines: Engines;
  readonly children: ReactNode;
}

/** What runs as long as somebody is signed in, and is no screen's. */
export function OpenEngines({ children, engines }: OpenEnginesProps): ReactElement {
  const { account, chat } = engines;
  const view = useMemo(
    () => ({ ...engines, receipts: new ReceiptWriter(chat, account.user, reportReceipt) }),
    [engines, chat, account],
  );
  useStatusChangeCount();
  useEffect(() => view.receipts.start(), [view]);
  useEffect(() => tellAppState(engines), [engines]);
  return <EnginesContext.Provider value={view}>{children}</EnginesContext.Provider>;
}

/** In the background the engines come to rest, and in front again they fetch what is new. */
function tellAppState({ chat, tasks }: Engines): () => void {
  const subscription = AppState.addEventListener("change", (state) => {
    const told = state === "background" ? "background" : "foreground";
    for (const mailboat of [chat, tasks]) {
      mailboat.setAppState(told).catch((error: unknown) => {
        console.warn("The engine did not hear of the app's state.", error);
      });
    }
  });
  return () => {
    subscription.remove();
  };
}

/** A receipt that cannot be stored is no reason to disturb anybody: the next one may. */
function reportReceipt(error: unknown): void {
  console.warn("A receipt could not be stored.", error);
}
