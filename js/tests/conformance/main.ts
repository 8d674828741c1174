// Where the bundle begins: in the first runtime it runs every case, in a second one the
// scenario that a case has asked for.

import { defineCases } from "./cases";
import { here } from "./consoleHost";
import { judge, type Judgement } from "./coverage";
import { closeAll } from "./device";
import { makeFiles } from "./files";
import { closeMailboats } from "./mailboats";
import { scenarios } from "./scenarios";
import { report, runCases } from "./suite";

/** Of a part of the cases, which cannot be expected to provoke everything. */
const UNJUDGED: Judgement = { provoked: 0, excused: [], flaws: [] };

async function runScenario(name: string, arg: string): Promise<void> {
  const scenario = name === "makeFiles" ? makeFiles : scenarios[name];
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  here.finish(await scenario(arg));
}

async function tidyUp(): Promise<void> {
  await closeMailboats();
  await closeAll();
}

async function runSuite(): Promise<void> {
  defineCases();
  report({ engine: here.engine });
  const only = here.args[1] ?? "";
  const { failed, passed } = await runCases(only, tidyUp);
  const { excused, flaws, provoked } = only === "" ? judge() : UNJUDGED;
  for (const flaw of flaws) report({ failed: "coverage", reason: flaw });
  report({ passed, failed: failed + flaws.length, provoked, excused });
  here.exit(failed + flaws.length === 0 ? 0 : 1);
}

if (here.scenario === null) void runSuite();
else void runScenario(here.scenario.name, here.scenario.arg);
