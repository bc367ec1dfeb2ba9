// A server of one line and a client of one line, over HTTP or over streams, closed after the test.
import { PassThrough } from 'node:stream';
import { StdioServerTransport as Stdio1 } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StdioServerTransport as Stdio2 } from '@modelcontextprotocol/server/stdio';
import { AttestationGate } from 'callgate/attestation';
import { CLIENTS, httpTransport, wrapped } from './clients.mjs';
import { verifierFor } from './issuer.mjs';
import { serveHttp, serveStreams } from './servers.mjs';

/** Every pair of a server, a client and a transport that understand each other. */
export const PAIRS = Object.keys(CLIENTS).flatMap((client) =>
  [1, 2].flatMap((server) =>
    ['http', 'streams']
      .filter(() => server === 2 || CLIENTS[client].era === 'legacy')
      .map((over) => ({ client, server, over, era: CLIENTS[client].era })),
  ),
);

export const nameOf = ({ client, server, over }) => `client ${client}, server ${server}.x, ${over}`;

/** A gate with a clock that tests set, in milliseconds from now. */
export async function gateFor({ verifier = {}, ...options } = {}) {
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const gate = new AttestationGate(await verifierFor(verifier), { now, ...options });
  return { gate, clock };
}

/** @returns what connects clients to one server; streams take one client alone */
export async function serve(t, { server, over }, gate, options = {}) {
  const calls = [];
  if (over === 'http') {
    const served = await serveHttp(server, gate, { calls, ...options });
    t.after(() => served.close());
    return {
      ...served,
      calls,
      transport: (parts, agent) => httpTransport(parts, served.url, agent),
    };
  }
  const [up, down] = [new PassThrough(), new PassThrough()];
  const served = await serveStreams(server, gate, up, down, calls);
  t.after(() => served.close());
  const transport = (parts, agent) => {
    const Stdio = parts === CLIENTS['1.x'] ? Stdio1 : Stdio2;
    return wrapped(new Stdio(down, up), agent);
  };
  return { ...served, calls, up, down, transport };
}

/** Connects a client. @param agent - null: it knows nothing of attestation */
export async function connect(t, name, served, agent) {
  const parts = CLIENTS[name];
  const client = parts.make();
  const transport = served.transport(parts, agent);
  t.after(() => client.close());
  await client.connect(transport);
  return { client, transport };
}
