// Queues messages and tells its parent the most memory it ever had, in MB.
"use strict";

const fs = require("node:fs");
const { createMailboat } = require("../../dist");
const { nodeHost } = require("../../dist/node");

const [path, messages] = process.argv.slice(2);

async function main() {
  const host = nodeHost();
  if (Number(messages) > 0) {
    const mailboat = createMailboat({ path, userId: "ann", host });
    for (let n = 0; n < Number(messages); n += 100) {
      const wave = Array.from({ length: 100 }, (_, at) =>
        mailboat.sendMessage(`c${at % 20}`, `message ${n + at}`),
      );
      await Promise.all(wave);
    }
    await mailboat.close();
  }
  process.send(peakMb(), () => process.exit(0));
}

/** Not `maxRSS`: on Linux a child begins with that of the process that forked it. */
function peakMb() {
  const [, kb] = /VmHWM:\s+(\d+) kB/u.exec(fs.readFileSync("/proc/self/status", "utf8"));
  return Number(kb) / 1024;
}

void main();
