// An agent in TypeScript's SDK: attests once for each scope, makes its calls, prints one answer a
// line.
//   node smcp_agent.mjs URL WORKLOAD < calls.json
import { readFileSync } from "node:fs";

import { SEALClient, SMCPClient, SMCPError } from "callgate/smcp";

const [url, workload] = process.argv.slice(2);
const classes = { SMCPClient, SEALClient };
const clients = new Map();

async function attested(call) {
  const name = `${call.client} ${call.scope}`;
  if (!clients.has(name)) {
    const client = new classes[call.client](url, workload, call.scope);
    clients.set(name, client);
    await client.attest();
  }
  return clients.get(name);
}

async function answer(call) {
  const client = await attested(call);
  try {
    const result = await client.callTool(call.tool, call.arguments);
    return { verdict: "ALLOW", why: result.content[0].text };
  } catch (error) {
    if (!(error instanceof SMCPError)) throw error;
    return { verdict: error.codeName, why: error.message };
  }
}

for (const call of JSON.parse(readFileSync(0, "utf8"))) {
  console.log(JSON.stringify(await answer(call)));
}
for (const client of clients.values()) client.dispose();
