// Everything a test plays with: a server, Ann's phone with a wire of its own to it, and
// others. Each test has a new one.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as detox from "detox";
import { Link } from "react-native-mailboat/testing";
import { Person } from "./person";
import { Phone, type Detox } from "./phone";
import { Server } from "./server";

declare global {
  /** Another Detox device, from e2e/environment.js. */
  var secondDevice: () => Promise<Detox>;
}

export class World {
  private readonly people = new Map<string, Person>();
  private readonly wires: Link[] = [];

  private constructor(
    /** For files of this test. */
    readonly folder: string,
    readonly server: Server,
    /** Between Ann's phone and the server. */
    readonly wire: Link,
    readonly ann: Phone,
  ) {
    this.wires.push(wire);
  }

  static async begin(options: { readonly forgetLedger?: boolean } = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "mailboat-e2e-"));
    const server = new Server({
      folder: join(folder, "server"),
      log: join(folder, "server.log"),
      forgetLedger: options.forgetLedger ?? false,
    });
    await server.start();
    try {
      const wire = await Link.to(server.url);
      return new World(folder, server, wire, new Phone(detox, "ann", wire.url));
    } catch (error) {
      // Jest would wait for a server that nobody stops.
      await server.stop();
      throw error;
    }
  }

  /** Ben, in Node. */
  ben(): Promise<Person> {
    return this.person("ben");
  }

  /** A phone of its own for somebody, with a wire of its own. */
  async secondPhone(user: string): Promise<Phone> {
    const wire = await Link.to(this.server.url);
    this.wires.push(wire);
    return new Phone(await secondDevice(), user, wire.url);
  }

  /** A conversation of Ann and Ben that the server knows. */
  async conversation(title: string): Promise<string> {
    const ben = await this.ben();
    return ben.startConversation(title, ["ann", "ben"]);
  }

  async end(): Promise<void> {
    for (const person of this.people.values()) await person.leave();
    for (const wire of this.wires) await wire.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async person(user: string): Promise<Person> {
    const known = this.people.get(user);
    if (known !== undefined) return known;
    const person = await Person.enter(user, this.server, this.folder);
    this.people.set(user, person);
    return person;
  }
}

/** Gives each test of a file a world of its own; answers how to get at it inside a test. */
export function eachTestHasAWorld(): () => World {
  let world: World | null = null;
  beforeEach(async () => {
    world = await World.begin();
  });
  afterEach(async () => {
    await world?.end();
    world = null;
  });
  return () => {
    if (world === null) throw new Error("There is a world only inside a test.");
    return world;
  };
}
