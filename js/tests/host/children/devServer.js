// Starts a dev server and leaves it running.

const { addon, say } = require("./waist");

async function main() {
  const { id, port, url } = JSON.parse(
    await addon.startDevServer(JSON.stringify({ dir: process.argv[2] })),
  );
  say(id, url === `http://127.0.0.1:${port}`);
}

void main();
