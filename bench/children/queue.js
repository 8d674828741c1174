// Queues messages and tells its parent the most memory it ever had, in MB.
"use strict";

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
  process.send(process.resourceUsage().maxRSS / 1024, () => process.exit(0));
}

void main();
