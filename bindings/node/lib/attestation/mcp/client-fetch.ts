/** The `fetch` of an agent's HTTP transport: attests each attempt to send. */
import { isObject } from '../../json.js';
import type { AgentConnection } from './agent-connection.js';
import { CHALLENGE_SCHEME, type Message, PROOF_HEADER, SESSION_HEADER } from './messages.js';
import type { AttestingFetch } from './transport.js';

/** @param send - `fetch`, which sends what is attested */
export function attestingFetch(connection: AgentConnection, send: AttestingFetch): AttestingFetch {
  return async (url, init = {}) => {
    const method = init.method?.toUpperCase() ?? 'GET';
    if (method === 'GET' || method === 'DELETE') {
      return await send(url, await withSessionProof(connection, method, init));
    }
    const message = messageIn(init);
    if (message === undefined) return await send(url, init);
    const body = JSON.stringify(await connection.attest(message));
    return asMessage(await send(url, { ...init, body }));
  };
}

/** A message of MCP; undefined for what else the transport sends, to authorization servers. */
function messageIn({ body, headers }: RequestInit): Message | undefined {
  const type = new Headers(headers).get('content-type') ?? '';
  if (typeof body !== 'string' || !type.startsWith('application/json')) return undefined;
  const message: unknown = JSON.parse(body);
  return isObject(message) && message['jsonrpc'] === '2.0' ? message : undefined;
}

async function withSessionProof(
  connection: AgentConnection,
  method: string,
  init: RequestInit,
): Promise<RequestInit> {
  const headers = new Headers(init.headers);
  const session = headers.get(SESSION_HEADER);
  if (session === null) return init;
  const lastEventId = headers.get('last-event-id') ?? undefined;
  const proof = await connection.sessionProof(method, session, lastEventId);
  if (proof === undefined) return init;
  headers.set(PROOF_HEADER, proof);
  return { ...init, headers };
}

/** A refusal is an answer to the request: the transport would take its status for a failure. */
function asMessage(response: Response): Response {
  const challenge = response.headers.get('www-authenticate') ?? '';
  if (response.ok || !challenge.startsWith(`${CHALLENGE_SCHEME} `)) return response;
  const headers = { 'content-type': response.headers.get('content-type') ?? '' };
  return new Response(response.body, { status: 200, headers });
}
