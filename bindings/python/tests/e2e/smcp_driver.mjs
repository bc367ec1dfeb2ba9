// Drives the TypeScript SDK: one instruction a line on standard input, one answer a line.
//   node smcp_driver.mjs PACKAGE URL WORKLOAD SCOPE
// PACKAGE is the folder of the package. An instruction is [generation, method, ...arguments].
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [root, url, workload, scope] = process.argv.slice(2);
const entry = join(root, "bindings", "node", "dist", "smcp", "index.js");
const { SEALClient, SMCPClient, SMCPError } = await import(pathToFileURL(entry).href);
const clients = new Map();

function clientOf(generation) {
  if (!clients.has(generation)) {
    const kind = generation === "C" ? SEALClient : SMCPClient;
    clients.set(generation, new kind(url, workload, scope, { generation }));
  }
  return clients.get(generation);
}

async function answer([generation, method, ...parameters]) {
  const client = clientOf(generation);
  try {
    const result = await client[method](...parameters);
    return { result, session: client.sessionId, token: client.securityToken };
  } catch (error) {
    if (!(error instanceof SMCPError)) throw error;
    const { codeName, httpStatus, dispatched, message } = error;
    return { error: { codeName, httpStatus, dispatched: dispatched ?? null, message } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
for (const client of clients.values()) client.dispose();
