// A guard in servers of both lines of the MCP SDK, and in an Express application.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Guard, GuardError, PolicySet } from 'callgate';
import * as client2 from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as Transport1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as server2 from '@modelcontextprotocol/server';
import express from 'express';
import { z } from 'zod';

const POLICY = `
name: default
capabilities:
  - tool_pattern: fs.read
    arguments: {path: {path: {allow: [/workspace]}}, lines: {type: integer, maximum: 100}}
    max_response_size: 100
  - tool_pattern: web.search
    rate_limit: {calls: 2, per_seconds: 3600}
`;
const guard = () => new Guard(PolicySet.parse(POLICY));

const text = (said) => ({ content: [{ type: 'text', text: said }] });

/** The same guarded tools for a server of either line. */
function register(server) {
  const guarded = guard();
  const alice = { subject: 'alice', context: 'default' };
  server.registerTool(
    'read',
    { inputSchema: z.object({ path: z.string(), lines: z.number().default(10) }) },
    guarded.tool('fs.read', alice, async ({ path, lines }) => text(`${lines} of ${path}`)),
  );
  server.registerTool(
    'search',
    { inputSchema: z.object({ query: z.string() }) },
    guarded.tool(
      'web.search',
      { subject: (args, extra) => typeof extra, context: 'default' },
      async ({ query }) => text(`nothing for ${query}`),
    ),
  );
  return server;
}

const ABOUT = { name: 'files', version: '1' };
const LINES = {
  'first line': () => [new McpServer1(ABOUT), new Client1(ABOUT), Transport1],
  'second line': () => [
    new server2.McpServer(ABOUT),
    new client2.Client(ABOUT),
    server2.InMemoryTransport,
  ],
};

for (const [line, parts] of Object.entries(LINES)) {
  test(`a guard in a server of the SDK's ${line}`, async (t) => {
    const [server, client, Transport] = parts();
    const [near, far] = Transport.createLinkedPair();
    register(server);
    await server.connect(far);
    await client.connect(near);
    t.after(() => Promise.all([client.close(), server.close()]));
    const ask = async (name, args) => {
      const { isError = false, content } = await client.callTool({ name, arguments: args });
      return [isError, content[0].text];
    };

    assert.deepEqual(await ask('read', { path: '/workspace/a' }), [false, '10 of /workspace/a']);
    const denied = [
      { path: '/etc/passwd' },
      { path: '/workspace/../etc/passwd' },
      { path: '/workspace/a', lines: 101 },
      { path: `/workspace/${'a'.repeat(60)}` }, // whose result is over the limit
    ];
    for (const args of denied) {
      const [isError, said] = await ask('read', args);
      assert.equal(isError, true);
      assert.doesNotMatch(said, / of \//);
    }
    const searches = [];
    for (let i = 0; i < 3; i++) searches.push((await ask('search', { query: 'a' }))[0]);
    assert.deepEqual(searches, [false, false, true]);
  });
}

test('a guard in an Express application', async (t) => {
  const guarded = guard();
  const search = guarded.tool(
    'web.search',
    { subject: (args, request) => request.get('x-user') ?? '', context: 'default' },
    async ({ query }) => `nothing for ${query}`,
  );
  const read = guarded.tool(
    'fs.read',
    { subject: (args, request) => request.get('x-user') ?? '', context: 'default' },
    ({ path }) => `text of ${path}`,
  );
  const app = express();
  app.use(express.json());
  app.post('/search', async (request, response) => {
    response.json(await search({ query: request.body.query }, request));
  });
  app.get('/read', (request, response) => {
    response.json(read({ path: request.query.path, lines: 1 }, request));
  });
  app.use((error, request, response, next) => {
    if (!(error instanceof GuardError)) return next(error);
    const { retryAfter = null } = error.decision;
    if (retryAfter !== null) response.set('retry-after', String(Math.ceil(retryAfter)));
    response.status(retryAfter === null ? 403 : 429).json({ code: error.codeName });
  });
  const listening = app.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  const base = `http://127.0.0.1:${listening.address().port}`;
  const ask = async (path, user, body) => {
    const response = await fetch(base + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...(user && { 'x-user': user }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert.equal(response.headers.has('retry-after'), response.status === 429);
    return [response.status, await response.json()];
  };

  assert.deepEqual(await ask('/read?path=/workspace/a', 'alice'), [200, 'text of /workspace/a']);
  assert.deepEqual(await ask('/read?path=/etc/passwd', 'alice'), [
    403,
    { code: 'PATH_NOT_ALLOWED' },
  ]);
  // Express makes a list of a parameter that comes twice.
  assert.deepEqual(await ask('/read?path=/workspace/a&path=/etc', 'alice'), [
    403,
    { code: 'PATH_NOT_ALLOWED' },
  ]);
  assert.deepEqual(await ask('/read?path=/workspace/a'), [403, { code: 'INVALID_ARGUMENT' }]);
  for (const user of ['alice', 'bob']) {
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push((await ask('/search', user, { query: 'a' }))[0]);
    assert.deepEqual(answers, [200, 200, 429]);
  }
});
