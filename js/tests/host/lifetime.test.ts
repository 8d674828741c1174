// What keeps a Node process alive, and what does not.

import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Child, run } from "./child";
import { useFolder } from "./folder";

const file = useFolder();

/** A server that takes every connection and never says a word. */
class SilentServer {
  private readonly sockets: Socket[] = [];
  private readonly server: Server = createServer((socket) => {
    // A client that gives up may reset the connection.
    socket.on("error", () => undefined);
    this.sockets.push(socket);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

describe("a process in Node", () => {
  it("stays alive while a command waits, and then ends by itself", async () => {
    const ended = await run("pendingExecute", file("a.db"));
    expect(ended).toEqual({ code: 0, lines: ["one", "two", "three"], errors: "" });
  });

  it("ends at once with an engine, a watch and a listener that are idle", async () => {
    expect(await run("idle", file("a.db"))).toEqual({ code: 0, lines: ["open"], errors: "" });
  });

  it("stays alive for a sync with a server that never answers, until the request's deadline", async () => {
    const server = new SilentServer();
    try {
      const ended = await run("pendingSync", file("a.db"), await server.start());
      expect(ended).toEqual({ code: 0, lines: ["NETWORK"], errors: "" });
    } finally {
      await server.stop();
    }
  });

  it("does not stay alive for a dev server that runs", async () => {
    const ended = await run("devServer", file("server"));
    expect(ended).toEqual({ code: 0, lines: ["1 true"], errors: "" });
  });

  it("does not stay alive for the commands of an abandoned engine, whose file opens at once", async () => {
    const ended = await run("abandon", file("a.db"));
    expect(ended).toEqual({ code: 0, lines: ["another engine one", "one,two"], errors: "" });
  });

  it("hears of what a listener throws as an uncaught exception, and goes on", async () => {
    const { code, errors, lines } = await run("throwingListener", file("a.db"), "caught");
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(lines).toContain("caught boom");
    expect(lines).toContain("the other listener");
    expect(lines).toContain("written");
  });

  it("ends when nobody catches what a listener throws", async () => {
    const { code, errors } = await run("throwingListener", file("a.db"), "uncaught");
    expect(code).toBe(1);
    expect(errors).toContain("Error: boom");
  });

  it("pays for a hundred commands in flight with a handful of events", async () => {
    const { code, lines } = await run("inFlight", file("a.db"));
    expect(code).toBe(0);
    // Two or three as a rule. One for each command would be a hundred.
    expect(Number(lines[0])).toBeLessThan(20);
  });

  it("keeps its file from other processes until it ends", async () => {
    const holder = new Child("holdFile", file("a.db"));
    await holder.firstLine();
    const refused = await run("idle", file("a.db"));
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain('"code":"LOCKED"');
    holder.endInput();
    expect((await holder.ended).code).toBe(0);
    expect((await run("idle", file("a.db"))).code).toBe(0);
  });
});
