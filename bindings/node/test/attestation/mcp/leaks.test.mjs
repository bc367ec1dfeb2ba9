// Nothing of a request outlives it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { attestFetch, attestHandler } from 'callgate/attestation';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { agent, call } from './clients.mjs';
import { connect, gateFor, nameOf, PAIRS, serve } from './connect.mjs';
import { credentials, signed, toolCall } from './raw.mjs';

const dist = dirname(fileURLToPath(import.meta.resolve('callgate/attestation')));
const contexts = pathToFileURL(join(dist, 'mcp/request-contexts.js')).href;
const { liveContexts } = await import(contexts);

/** Waits until requests are over, for ten seconds at most. */
async function over() {
  for (let i = 0; i < 1000 && liveContexts() > 0; i++) await setTimeout(10);
  return liveContexts();
}

for (const pair of PAIRS) {
  test(`no context outlives its request: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor({ guards: [{ tools: ['delete'] }] });
    const { client } = await connect(t, pair.client, await serve(t, pair, gate), agent());
    for (let i = 0; i < 20; i++) {
      await Promise.all([
        call(client, 'who', { n: i }),
        call(client, 'delete'),
        call(client, 'unknown'),
        client.listTools(),
      ]);
    }
    await client.close();
    assert.equal(await over(), 0);
  });
}

const HANDLERS = {
  'a web handler': (gate, begun) =>
    toNodeHandler({
      fetch: attestFetch(async (request) => {
        begun();
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        return new Response(null, { status: 499 });
      }, gate),
    }),
  'a Node handler': (gate, begun) => attestHandler(begun, gate),
  'a web handler that streams': (gate, begun) =>
    toNodeHandler({
      fetch: attestFetch(async () => {
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(': open\n\n')),
        });
        begun();
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      }, gate),
    }),
};

for (const [what, handler] of Object.entries(HANDLERS)) {
  test(`a client that goes away leaves no context with ${what}`, async (t) => {
    const { gate } = await gateFor();
    let begun;
    const started = new Promise((resolve) => (begun = resolve));
    const server = createServer(handler(gate, () => begun())).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => (server.closeAllConnections(), server.close()));
    const leaving = new AbortController();
    const asked = fetch(`http://127.0.0.1:${server.address().port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(await signed(toolCall(1, 'who', { n: 1 }), await credentials())),
      signal: leaving.signal,
    });
    asked.catch(() => {});
    await started;
    assert.equal(liveContexts(), 1);
    leaving.abort();
    assert.equal(await over(), 0);
  });
}
