// Servers of both lines of the SDK, over HTTP and over streams, with a gate before them.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { attestFetch, attestHandler, attestationOf, attestTransport } from 'callgate/attestation';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport as Stdio1 } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer as McpServer2 } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport as Stdio2 } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const ABOUT = { name: 'files', version: '1' };
const OPTIONS = { capabilities: { tools: { listChanged: true } } };
const say = (text) => ({ content: [{ type: 'text', text }] });

/** `calls` collects the names of the tools that ran. */
function withTools(server, calls) {
  server.registerTool('who', { inputSchema: z.object({ n: z.number() }) }, async ({ n }, extra) => {
    calls.push('who');
    const { verified, subject, trustLevel } = attestationOf(extra) ?? {};
    return say(JSON.stringify({ n, verified, subject, trustLevel }));
  });
  server.registerTool('delete', { inputSchema: z.object({}) }, async () => {
    calls.push('delete');
    return say('deleted');
  });
  return server;
}

/** A server of a line, over a pair of streams: of a process, or of a test. */
export async function serveStreams(line, gate, input, output, calls = []) {
  const wrap = (transport) => (gate === null ? transport : attestTransport(transport, gate));
  if (line === 1) {
    const server = withTools(new McpServer1(ABOUT, OPTIONS), calls);
    await server.connect(wrap(new Stdio1(input, output)));
    return { close: () => server.close(), notify: () => server.sendToolListChanged() };
  }
  const servers = [];
  const make = () => {
    servers.push(withTools(new McpServer2(ABOUT, OPTIONS), calls));
    return servers.at(-1);
  };
  const handle = serveStdio(make, { transport: wrap(new Stdio2(input, output)) });
  return { close: () => handle.close(), notify: () => servers.at(-1).sendToolListChanged() };
}

/** A server of a line over HTTP. */
export async function serveHttp(line, gate, { calls = [], sessions = true } = {}) {
  const handler = line === 1 ? handler1(gate, calls, sessions) : handler2(gate, calls);
  const server = createServer(handler.listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${server.address().port}/mcp`);
  const close = async () => {
    await handler.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, close, notify: handler.notify };
}

/** With sessions of the server's own, as the SDK's examples have them. */
function handler1(gate, calls, sessions) {
  const transports = new Map();
  const servers = [];
  const handle = async (request, response) => {
    let transport = transports.get(request.headers['mcp-session-id']);
    if (transport === undefined) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: sessions ? randomUUID : undefined,
        onsessioninitialized: (id) => transports.set(id, transport),
      });
      const server = withTools(new McpServer1(ABOUT, OPTIONS), calls);
      servers.push(server);
      await server.connect(transport);
    }
    await transport.handleRequest(request, response);
  };
  return {
    listener: gate === null ? handle : attestHandler(handle, gate),
    close: () => Promise.all(servers.map((server) => server.close())),
    notify: () => servers.forEach((server) => server.sendToolListChanged()),
  };
}

function handler2(gate, calls) {
  const handler = createMcpHandler(() => withTools(new McpServer2(ABOUT, OPTIONS), calls));
  const fetch = gate === null ? handler.fetch : attestFetch(handler.fetch, gate);
  return {
    listener: toNodeHandler({ fetch }),
    close: () => handler.close(),
    notify: () => handler.notify.toolsChanged(),
  };
}
