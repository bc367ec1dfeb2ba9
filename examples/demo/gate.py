"""Runs a scenario through the gate from Python and prints one decision a line as JSON.

python gate.py SCENARIO.json
"""

import base64
import json
import sys
from pathlib import Path

import callgate

scenario = json.loads(Path(sys.argv[1]).read_text())
gate = callgate.Gate(
    callgate.PolicySet.parse(scenario["policy"]), issuer_keys=scenario["issuer_keys"]
)
start = scenario["now"] / 1000

for step in scenario["steps"]:
    if step["op"] == "open":
        public_key = callgate.PublicKey.from_bytes(base64.b64decode(step["public_key"]))
        gate.open_session(step["token"], public_key, now=start)
    elif step["op"] == "revoke":
        gate.revoke_session(step["session"])
    else:
        envelope = base64.b64decode(step["envelope"])
        decision = gate.authorize(envelope, now=start + step["later"])
        print(
            json.dumps(
                {
                    "allowed": decision.allowed,
                    "code_name": decision.code_name,
                    "payload": decision.payload.decode() if decision.allowed else "",
                    "reason": decision.reason,
                }
            )
        )
