// Opens a file that another thread of this process has open.

const { parentPort, workerData } = require("node:worker_threads");
const { busyConfig } = require("./busyConfig");
const { open } = require("./waist");

parentPort.postMessage(open(busyConfig(workerData)).generation);
