// How programs use attestation with either line of the MCP SDK. It is compiled, not run.
import {
  attestFetch,
  AttestationGate,
  type AttestationContext,
  attestationOf,
  type AttestationProvider,
  type AttestationVerifier,
  attestHandler,
  attestingTransport,
  attestTransport,
} from 'callgate/attestation';
import type { SecretKey } from 'callgate';
import { createServer } from 'node:http';
import * as client2 from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioClient2 } from '@modelcontextprotocol/client/stdio';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioClient1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as http1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport as StdioServer1 } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer as McpServer2 } from '@modelcontextprotocol/server';
import {
  serveStdio,
  StdioServerTransport as StdioServer2,
} from '@modelcontextprotocol/server/stdio';

declare const verifier: AttestationVerifier;
declare const provider: AttestationProvider;
declare const key: SecretKey;

const about = { name: 'x', version: '1' };
const gate = new AttestationGate(verifier, {
  sessionLifetime: 'token',
  guards: [{ tools: ['delete'], trustLevel: 'provider', check: ({ subject }) => subject === 'x' }],
  onRefused: ({ reason, where, dropped }) => console.error(reason, where, dropped),
});
gate.requireAttestation({ issuer: 'https://issuer.example' });
// @ts-expect-error a level that there is not
gate.requireAttestation({ trustLevel: 'root' });

const server1 = new McpServer1(about);
server1.registerTool('who', {}, (extra) => {
  const context: AttestationContext | undefined = attestationOf(extra);
  return { content: [{ type: 'text', text: context?.subject ?? 'unverified' }] };
});
await server1.connect(attestTransport(new StdioServer1(), gate));

const make = (): McpServer2 => {
  const server = new McpServer2(about);
  server.registerTool('who', {}, (ctx) => {
    return { content: [{ type: 'text', text: attestationOf(ctx)?.subject ?? 'unverified' }] };
  });
  return server;
};
serveStdio(make, { transport: attestTransport(new StdioServer2(), verifier) });
await make().connect(attestTransport(new StdioServer2(), gate));

const fetch2 = attestFetch(createMcpHandler(make).fetch, gate, { maxBodyBytes: 65536 });
toNodeHandler({ fetch: fetch2 });
const response: Response = await fetch2(new Request('https://x/'), {});

const transport1 = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'id' });
createServer(attestHandler((request, answer) => transport1.handleRequest(request, answer), gate));

const agent = {
  audience: 'https://x/',
  provider,
  identity: { model_family: 'a', model_version: 'b', provider: 'c' },
};
const url = new URL('https://x/');
await new Client1(about).connect(attestingTransport(new StdioClient1({ command: 'x' }), agent));
await new client2.Client(about).connect(
  attestingTransport(new StdioClient2({ command: 'x' }), { ...agent, key }),
);
const over1 = attestingTransport(
  (fetch) => new http1.StreamableHTTPClientTransport(url, { fetch }),
  { audience: 'https://x/', issueToken: async () => 'token', requireServerSupport: true },
);
await new Client1(about).connect(over1);
const over2 = attestingTransport(
  (fetch) => new client2.StreamableHTTPClientTransport(url, { fetch }),
  {
    ...agent,
    key: { publicKey: key.publicKey, sign: async (bytes: Uint8Array) => key.sign(bytes) },
  },
);
await new client2.Client(about).connect(over2);
const policy: unknown = over2.attestationStatus?.['policy'];

export { policy, response };
