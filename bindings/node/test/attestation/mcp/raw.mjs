// Messages as an attacker writes them: signed by hand, sent again, changed on their way.
import { createInterface } from 'node:readline';
import { attestationRequestHash, createRequestProof } from 'callgate/attestation';
import { SecretKey } from 'callgate';
import { AUDIENCE, EXTENSION, IDENTITY, provider } from './issuer.mjs';

export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** An agent's token and key. */
export async function credentials(given = {}) {
  const key = SecretKey.generate();
  const token = await provider.createToken({
    identity: IDENTITY,
    audience: AUDIENCE,
    confirmationKey: key.publicKey,
    ...given,
  });
  return { key, token };
}

/** A token without a key, good for one use. */
export const bearer = () => provider.createToken({ identity: IDENTITY, audience: AUDIENCE });

/** The handshake of the legacy era. */
export const initialize = (carrier) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'raw', version: '1' },
    capabilities:
      carrier === undefined ? {} : { experimental: { 'security.attestation': carrier } },
  },
});

/** A call of a tool in the modern era, without attestation. */
export const toolCall = (id, name, args) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, _meta: { ...ENVELOPE } },
});

/** The message with token and proof; `proven` is what the proof says, where that differs. */
export async function signed(message, { key, token }, proven = {}) {
  const { method = message.method, audience = AUDIENCE, now } = proven;
  const requestHash = attestationRequestHash(withCarrier(message, { token }).params);
  const proof = await createRequestProof({ token, audience, method, requestHash, key, now });
  return withCarrier(message, { token, proof });
}

export function withCarrier(message, carrier) {
  const _meta = { ...message.params?._meta, [EXTENSION]: carrier };
  return { ...message, params: { ...message.params, _meta } };
}

/** Sends one message over HTTP. */
export async function post(url, body, headers = {}) {
  const message = typeof body === 'string' ? undefined : body;
  const modern = message?.params?._meta?.['io.modelcontextprotocol/protocolVersion'];
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(modern === undefined
        ? {}
        : { 'mcp-protocol-version': modern, 'mcp-method': message.method }),
      ...(message?.params?.name === undefined ? {} : { 'mcp-name': message.params.name }),
      ...headers,
    },
    body: message === undefined ? body : JSON.stringify(message),
  });
  const text = await response.text();
  const data = /^data: ?(\{.*)$/m.exec(text)?.[1] ?? text;
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    type: response.headers.get('content-type'),
    session: response.headers.get('mcp-session-id'),
    message: data === '' ? null : JSON.parse(data),
  };
}

/** One message at a time over the streams of a served pair. */
export function streamClient({ up, down }) {
  const lines = createInterface({ input: down })[Symbol.asyncIterator]();
  return {
    send: (message) =>
      up.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`),
    next: async () => JSON.parse((await lines.next()).value),
  };
}
