// Detox's server, as far as an app can tell: a websocket on which the app logs in, is asked
// and answers. The real one is between two sockets; a test here is its own second one.

const { once, EventEmitter } = require("node:events");
const { Server } = require("ws");

class DetoxServer extends EventEmitter {
  #sockets = new Server({ host: "127.0.0.1", port: 0 });
  #app;
  #lastId = 0;
  /** Every message of the app. @type {{ type: string, params: any, messageId: number }[]} */
  received = [];

  constructor() {
    super();
    this.#sockets.on("connection", (socket) => {
      this.#app = socket;
      socket.on("message", (data) => {
        const message = JSON.parse(String(data));
        this.received.push(message);
        this.emit("message", message);
      });
      socket.on("close", () => this.giveUp("the app has left Detox's server"));
    });
  }

  async url() {
    if (this.#sockets.address() === null) await once(this.#sockets, "listening");
    return `ws://127.0.0.1:${this.#sockets.address().port}`;
  }

  /** Whoever waits for a message waits no longer. @param {string} why */
  giveUp(why) {
    if (this.listenerCount("error") > 0) this.emit("error", new Error(why));
  }

  /** Waits for a message, also one that has come already. @param {(message: any) => boolean} fits */
  async next(fits, from = 0) {
    for (;;) {
      const found = this.received.slice(from).find(fits);
      if (found) return found;
      await once(this, "message");
    }
  }

  /** Sends a message and awaits its answer. @param {string} type @param {any} params */
  async ask(type, params = {}, messageId = (this.#lastId += 1)) {
    const from = this.received.length;
    this.#app.send(JSON.stringify({ type, params, messageId }));
    return this.next((message) => message.messageId === messageId, from);
  }

  close() {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }
}

module.exports = { DetoxServer };
