// Reads what a file holds of each writer, then closes its engine. The fuzz hands in `plan`
// and `ledger`.
/* global __turboModuleProxy, ledger, plan */
"use strict";

(async () => {
  const { config, writers, maxWrites } = plan;
  const mailboat = __turboModuleProxy("Mailboat");
  const { engine } = JSON.parse(mailboat.open(JSON.stringify(config)));
  for (let writer = 0; writer < writers; writer += 1) {
    const query = {
      type: "window",
      window: { collection: "notes", where: { writer }, limit: 500 },
    };
    const { rows, more } = JSON.parse(
      await mailboat.execute(engine, JSON.stringify({ type: "query", query })),
    );
    if (more) throw new Error("a writer has more rows than it can write");
    const times = Array.from({ length: maxWrites }, () => 0);
    for (const { number } of rows) times[number] += 1;
    ledger.check(writer, times);
  }
  await mailboat.execute(engine, JSON.stringify({ type: "close" }));
  ledger.end();
})().catch((error) => {
  setTimeout(() => {
    throw error;
  }, 0);
});
