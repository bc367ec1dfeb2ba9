// A CommonJS module has the same types; only compiled, never run.
import callgate = require('callgate');

const decision: callgate.PolicyDecision = callgate.PolicySet.parse('').evaluate('c', 't', '{}');
decision.allowed satisfies boolean;
