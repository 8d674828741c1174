// Where hooks find the engine.

import { createContext } from "react";
import type { Mailboat } from "../mailboat";
import type { Collections } from "../schema";

/** The engine of the nearest provider. Each hook says which collections it expects in it. */
export const MailboatContext = createContext<Mailboat<Collections> | null>(null);
