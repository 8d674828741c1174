// Nothing but the promises holds this process, one after the other.

const { config, create, open, say } = require("./waist");

async function main() {
  const { engine } = open(config(process.argv[2]));
  for (const body of ["one", "two", "three"]) {
    await create(engine, body);
    say(body);
  }
}

void main();
