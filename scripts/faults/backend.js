// A dev server for one fault, with its data beside the database.

// @ts-check

const { DevServer } = require("../demo/devServer");

/**
 * Runs `body` with a server and the config of a backend that reaches it.
 *
 * @template T
 * @param {import("./place").Place} place
 * @param {(server: DevServer, backend: object) => Promise<T>} body
 * @param {string} [token] in place of a good one
 * @returns {Promise<T>}
 */
async function withServer(place, body, token) {
  const folder = place.outside("server");
  const server = new DevServer({ folder, log: place.outside("server.log") });
  await server.start();
  try {
    const given = token ?? (await server.token("ann"));
    const getToken = () => Promise.resolve(given);
    return await body(server, { kind: "rest", baseUrl: server.url, getToken });
  } finally {
    await server.stop();
  }
}

module.exports = { withServer };
