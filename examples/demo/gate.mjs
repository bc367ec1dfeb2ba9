// Runs a scenario through the gate from Node and prints one decision a line as JSON.
//   node gate.mjs SCENARIO.json
import { readFileSync } from "node:fs";

import { Gate, PolicySet, PublicKey } from "callgate";

const scenario = JSON.parse(readFileSync(process.argv[2], "utf8"));
const gate = new Gate(PolicySet.parse(scenario.policy), { issuerKeys: scenario.issuer_keys });

for (const step of scenario.steps) {
  switch (step.op) {
    case "open":
      gate.openSession(step.token, PublicKey.fromBase64(step.public_key), { now: scenario.now });
      break;
    case "revoke":
      gate.revokeSession(step.session);
      break;
    default: {
      const now = scenario.now + step.later * 1000;
      const decision = gate.authorize(Buffer.from(step.envelope, "base64"), { now });
      console.log(
        JSON.stringify({
          allowed: decision.allowed,
          code_name: decision.allowed ? null : decision.codeName,
          payload: decision.allowed ? decision.payload : "",
          reason: decision.reason,
        }),
      );
    }
  }
}
