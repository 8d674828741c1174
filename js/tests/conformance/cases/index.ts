// Every case, in the order in which they run.

import { defineArguments } from "./arguments";
import { defineConflicts } from "./conflicts";
import { defineEngineObject } from "./engineObject";
import { defineFailing } from "./failing";
import { defineFetching } from "./fetching";
import { defineGenerations } from "./generations";
import { defineInitialSync } from "./initialSync";
import { defineLiveWindows } from "./liveWindows";
import { defineNumbers } from "./numbers";
import { defineOpening } from "./opening";
import { defineOrdering } from "./ordering";
import { defineOutbox } from "./outbox";
import { defineReading } from "./reading";
import { defineSending } from "./sending";
import { defineServer } from "./server";
import { defineSmallDisk } from "./smallDisk";
import { defineTexts } from "./texts";
import { defineWatching } from "./watching";
import { defineWriteOptions } from "./writeOptions";
import { defineWriting } from "./writing";

/** Writes down every case. */
export function defineCases(): void {
  defineOpening();
  defineReading();
  defineWriting();
  defineWatching();
  defineSending();
  defineOutbox();
  defineWriteOptions();
  defineConflicts();
  defineFetching();
  defineInitialSync();
  defineFailing();
  defineServer();
  defineOrdering();
  defineTexts();
  defineNumbers();
  defineArguments();
  defineSmallDisk();
  defineEngineObject();
  defineLiveWindows();
  defineGenerations();
}
