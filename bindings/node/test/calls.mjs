// Signed calls: what a caller and an issuer do before a gate is asked.
import { createEnvelope, Gate, issueToken, PolicySet, SecretKey } from 'callgate';

export const NOW = Date.UTC(2026, 1, 17, 14, 32, 1, 583);
export const issuer = SecretKey.generate();

export const policy = PolicySet.parse(`
- name: work
  capabilities:
    - tool_pattern: "fs.*"
      path_allowlist: [/workspace]
      max_response_size: 100
    - tool_pattern: web.search
      rate_limit: {calls: 2, per_seconds: 60}
  deny_list: [fs.delete]
- name: narrow
  capabilities:
    - tool_pattern: fs.read
      path_allowlist: [/workspace/docs]
- name: wide
  capabilities: [{tool_pattern: "*"}]
`);

export function gate(options = {}) {
  return new Gate(policy, { issuerKeys: [issuer.publicKey], ...options });
}

export function token(claims = {}, now = NOW) {
  return issueToken({ sub: 'agent-7', scp: 'work', jti: 'session-1', ...claims }, issuer, { now });
}

/** A caller with a session of its own. */
export class Caller {
  key = SecretKey.generate();
  #calls = 0;

  constructor(gateway, claims = {}, { parent, now = NOW } = {}) {
    this.token = token(claims, now);
    const options = parent === undefined ? { now } : { now, parent };
    this.session = gateway.openSession(this.token, this.key.publicKey, options);
  }

  /** A call that nobody sent before, as it goes over the wire. */
  call(name, args, { now = NOW, id = `req-${++this.#calls}`, key = this.key, ...rest } = {}) {
    const payload = {
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name, arguments: args },
    };
    return createEnvelope(payload, this.token, key, { now, ...rest });
  }
}
