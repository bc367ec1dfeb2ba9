// A CommonJS module has the same types; only compiled, never run.
import callgate = require('callgate');
import smcp = require('callgate/smcp');

const decision: callgate.PolicyDecision = callgate.PolicySet.parse('').evaluate('c', 't', '{}');
decision.allowed satisfies boolean;
const client: smcp.SMCPClient = new smcp.SMCPClient('https://gateway.example', 'a', 'b');
client.attest() satisfies Promise<string>;
