// A small gateway over real sockets that follows the wire, decides with the engine, and lies on
// request.
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  CallgateError,
  canonicalize,
  errorCodes,
  Gate,
  issueToken,
  PolicySet,
  PublicKey,
  SecretKey,
} from 'callgate';

const policy = PolicySet.parse(`
- name: project
  capabilities:
    - {tool_pattern: "fs.*", path_allowlist: [/workspace], only_arguments: [path, n, note]}
    - {tool_pattern: echo.any}
    - {tool_pattern: once.only, rate_limit: {calls: 1, per_seconds: 60}}
  deny_list: [fs.delete]
- name: research-safe
  capabilities: [{tool_pattern: web_search, only_arguments: [query]}]
`);
const workloads = ['exec-1', 'exec-abc123'];
export const generations = {
  A: { attest: '/smcp/v1/attest', invoke: '/smcp/v1/tool-call', protocol: 'smcp/v1' },
  B: { attest: '/v1/smcp/attest', invoke: '/v1/smcp/invoke', protocol: 'smcp/v1' },
  C: { attest: '/v1/seal/attest', invoke: '/v1/seal/invoke', protocol: 'seal/v1' },
};

/** A request as it arrived, and ways to answer it. */
export class Seen {
  constructor(gateway, request, response, body) {
    Object.assign(this, { gateway, request, response, body });
    this.path = request.url;
    this.headers = request.headers;
    const found = Object.values(generations).find((g) => [g.attest, g.invoke].includes(this.path));
    this.protocol = found?.protocol;
    this.isCall = found?.invoke === this.path;
    this.isAttestation = found?.attest === this.path;
  }

  get json() {
    return JSON.parse(this.body);
  }

  get requestId() {
    return this.json.payload.id;
  }

  honest() {
    const { gateway, protocol } = this;
    try {
      this.replyJson(
        ...(this.isCall
          ? gateway.invoke(this.body, protocol)
          : gateway.attest(this.json, protocol)),
      );
    } catch (error) {
      if (!(error instanceof CallgateError)) throw error;
      this.replyJson(...refused(401, error.codeName, protocol));
    }
  }

  answer(member) {
    return { payload: { jsonrpc: '2.0', id: this.requestId, ...member } };
  }

  replyJson(status, body, headers = {}) {
    this.reply(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  reply(status, body, headers = {}) {
    this.response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    this.response.end(body);
  }

  refuse(status, name, extra) {
    this.replyJson(...refused(status, name, this.protocol, extra));
  }

  /** Bytes below HTTP; the connection stays open. */
  raw(bytes) {
    this.request.socket.write(bytes);
  }
}

/** Answers on the paths of every generation; `lies` for attestations and calls come first. */
export class WireGateway {
  seen = [];
  attestLies = [];
  callLies = [];
  lifetime = 3600;
  #sessions = new Map();
  #proofs = new Set();
  #sockets = new Set();

  static async start({ tls, socket } = {}) {
    const gateway = new WireGateway();
    gateway.issuer = SecretKey.generate();
    gateway.gate = new Gate(policy, { issuerKeys: [gateway.issuer.publicKey] });
    const handle = (request, response) => gateway.#handle(request, response);
    gateway.server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    for (const event of ['connection', 'secureConnection']) {
      gateway.server.on(event, (connection) => {
        gateway.#sockets.add(connection);
        connection.on('error', () => {}); // clients that hang up on a lie
        connection.on('close', () => gateway.#sockets.delete(connection));
      });
    }
    gateway.server.on('tlsClientError', () => {});
    await new Promise((resolve, reject) => {
      gateway.server.on('error', reject);
      if (socket === undefined) gateway.server.listen(0, '127.0.0.1', resolve);
      else gateway.server.listen(socket, resolve);
    });
    const scheme = tls === undefined ? 'http' : 'https';
    gateway.url =
      socket === undefined
        ? `${scheme}://127.0.0.1:${gateway.server.address().port}`
        : `unix:${socket}`;
    return gateway;
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get calls() {
    return this.seen.filter((seen) => seen.isCall);
  }

  get attestations() {
    return this.seen.filter((seen) => seen.isAttestation);
  }

  get connections() {
    return this.#sockets.size;
  }

  async #handle(request, response) {
    response.on('error', () => {});
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client hung up
    }
    const seen = new Seen(this, request, response, Buffer.concat(chunks).toString());
    this.seen.push(seen);
    const lies = seen.isCall ? this.callLies : this.attestLies;
    if (seen.protocol === undefined) {
      seen.reply(404, '<html>no such page</html>', { 'content-type': 'text/html' });
    } else if (lies.length > 0) {
      lies.shift()(seen);
    } else {
      seen.honest();
    }
  }

  // What an honest gateway answers.

  attest(body, protocol) {
    const scope = body.requested_scope ?? body.security_context;
    const key = PublicKey.fromBase64(body.public_key);
    const proven = {
      public_key: body.public_key,
      scope,
      timestamp: body.proof_timestamp,
      workload_id: body.workload_id,
    };
    const proof = Buffer.from(body.proof, 'base64');
    if (!key.verify(proof, canonicalize(JSON.stringify(proven)))) {
      return refused(401, 'KEY_REFUSED', protocol);
    }
    if (Math.abs(body.proof_timestamp - Date.now() / 1000) > 30 || this.#proofs.has(body.proof)) {
      return refused(401, 'REPLAY_DETECTED', protocol);
    }
    this.#proofs.add(body.proof);
    if (!workloads.includes(body.workload_id)) return refused(401, 'UNKNOWN_WORKLOAD', protocol);
    if (!policy.contextNames.includes(scope)) return refused(403, 'SCOPE_NOT_FOUND', protocol);

    const now = Math.floor(Date.now() / 1000);
    const claims = {
      sub: body.workload_id,
      scp: scope,
      cnf: { jkt: key.thumbprint },
      iat: now,
      exp: now + this.lifetime,
    };
    let id = this.#sessions.get(key.thumbprint);
    let token;
    if (id === undefined) {
      token = issueToken(claims, this.issuer);
      id = this.gate.openSession(token, key).id;
      this.#sessions.set(key.thumbprint, id);
    } else {
      token = issueToken({ ...claims, jti: id }, this.issuer);
      this.gate.renewSession(id, token);
    }
    const expires = new Date((now + this.lifetime) * 1000).toISOString().replace('.000', '');
    return [
      200,
      { protocol, status: 'attested', security_token: token, expires_at: expires, session_id: id },
    ];
  }

  invoke(body, protocol) {
    const decision = this.gate.authorize(body);
    if (!decision.allowed) {
      const number = numberIn(protocol, decision.codeName);
      return refused(
        { 1: 401, 2: 403 }[Math.floor(number / 1000)] ?? 503,
        decision.codeName,
        protocol,
        {
          message: decision.reason,
          request_id: decision.requestId,
          ...(decision.retryAfter === null ? {} : { retry_after: decision.retryAfter }),
        },
      );
    }
    const id = JSON.stringify(decision.requestId);
    const result =
      decision.method === 'tools/list'
        ? '{"tools":[{"name":"fs.read","inputSchema":{"type":"object"}}]}'
        : `{"tool":"${decision.tool}","arguments":${decision.arguments}}`;
    return [200, JSON.parse(`{"payload":{"jsonrpc":"2.0","id":${id},"result":${result}}}`)];
  }
}

export function numberIn(protocol, codeName) {
  const row = errorCodes.find(({ name }) => name === codeName);
  return protocol === 'seal/v1' ? row.sealCode : row.code;
}

/** Status and body of an error. */
export function refused(status, name, protocol, extra = {}) {
  const code = numberIn(protocol, name);
  const message = extra.message ?? `meaning of ${name}`;
  const error = { code, name, message, request_id: null, dispatched: false, ...extra };
  return [status, { protocol, status: 'error', error_code: code, message, error }];
}
