// The wire between one device and the server. Cutting it is what being offline is to an
// engine: connections end in the middle of whatever they carried, and new ones fail.
// Each device has its own, so that one can be offline while another writes.

import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

const LOOPBACK = "127.0.0.1";

/**
 * A wire that can be cut and mended. Each {@link TestMailboat} has one, which `goOffline` cuts;
 * make one where a test has a server or a client of its own.
 *
 * @example
 * ```ts
 * const link = await Link.to(device.server.url);
 * const mailboat = createMailboat({
 *   path,
 *   host: nodeHost(),
 *   backend: { kind: "rest", baseUrl: link.url, getToken },
 * });
 * link.cut(); // the platform still says that there is a network
 * await link.close();
 * ```
 */
export class Link {
  private readonly sockets = new Set<Socket>();
  private severed = false;

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
  ) {
    listener.on("connection", (near) => {
      this.join(near);
    });
  }

  /**
   * A wire to the server at `url`.
   *
   * @example
   * ```ts
   * const link = await Link.to("http://127.0.0.1:8080");
   * ```
   */
  static async to(url: string): Promise<Link> {
    const listener = createServer();
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(0, LOOPBACK, resolve);
    });
    // A test that forgets to close it must not hang.
    listener.unref();
    return new Link(listener, new URL(url));
  }

  /** Where the device finds the server. */
  get url(): string {
    return `http://${LOOPBACK}:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Whether it is cut. */
  get isCut(): boolean {
    return this.severed;
  }

  /** Ends every connection. New ones end as soon as they begin, so the port stays ours. */
  cut(): void {
    this.severed = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Lets connections through again. */
  mend(): void {
    this.severed = false;
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => {
      this.listener.close(() => {
        resolve();
      });
    });
  }

  private join(near: Socket): void {
    if (this.severed) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.target.port), this.target.hostname);
    this.carry(near, far);
    this.carry(far, near);
  }

  /** Whatever ends one side ends the other. */
  private carry(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.unref();
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  }
}
