// Answers are changed however the server's response is written: whole, in events, in pieces.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { attestFetch, attestHandler } from 'callgate/attestation';
import { gateFor } from './connect.mjs';
import { credentials, ENVELOPE, signed } from './raw.mjs';

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: ENVELOPE } };
const TOOLS = [{ name: 'open' }, { name: 'hidden ✓' }];
const ANSWER = { jsonrpc: '2.0', id: 1, result: { tools: TOOLS, other: 'ü\n' } };
const PROGRESS = { jsonrpc: '2.0', method: 'notifications/progress', params: { tools: TOOLS } };
const SHOWN = { tools: [{ name: 'open' }], other: 'ü\n', cacheScope: 'private' };

const event = (message, newline = '\n') => `data: ${JSON.stringify(message)}${newline}${newline}`;
/** An event as the specification allows it too. */
const longEvent = `: a comment\r\nid: 7\r\nevent: message\r\n${JSON.stringify(ANSWER, null, 1)
  .split('\n')
  .map((line) => `data:${line}`)
  .join('\r\n')}\r\n\r\n`;

const BODIES = {
  json: ['application/json', JSON.stringify(ANSWER)],
  events: ['text/event-stream', event(PROGRESS) + event(ANSWER)],
  'events of another spelling': ['Text/Event-Stream', event(ANSWER)],
  'long events': ['text/event-stream', `: hello\n\n${longEvent}`],
};

/** The bytes in pieces of a size: characters are cut as well. */
function pieces(text, size) {
  const bytes = Buffer.from(text);
  const parts = [];
  for (let i = 0; i < bytes.length; i += size) parts.push(bytes.subarray(i, i + size));
  return parts;
}

const guarded = async () =>
  (await gateFor({ guards: [{ tools: ['hidden ✓'], check: () => false }] })).gate;

/** Handlers that write a response in pieces. */
const WRITERS = {
  'of web requests': (gate, type, parts) => {
    const handle = attestFetch(
      () => new Response(ReadableStream.from(parts), { headers: { 'content-type': type } }),
      gate,
    );
    return async (body) => {
      const headers = { 'content-type': 'application/json' };
      const request = new Request('http://x/', { method: 'POST', headers, body });
      return (await handle(request)).text();
    };
  },
  'of Node, by write': (gate, type, parts) =>
    overHttp(gate, (_request, response) => {
      response.setHeader('content-type', type);
      for (const part of parts) response.write(part);
      response.end();
    }),
  'of Node, by writeHead and end': (gate, type, parts) =>
    overHttp(gate, (_request, response) => {
      const body = Buffer.concat(parts);
      response.writeHead(200, 'Fine', { 'Content-Type': type, 'Content-Length': body.length });
      response.end(body, () => {});
    }),
  'of Node, by flat headers': (gate, type, parts) =>
    overHttp(gate, (_request, response) => {
      response.writeHead(200, ['content-type', type, 'x-more', '1']);
      response.end(Buffer.concat(parts).toString('base64'), 'base64');
    }),
};

function overHttp(gate, handler) {
  return async (body) => {
    const server = createServer(attestHandler(handler, gate)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${server.address().port}/`, {
      method: 'POST',
      headers,
      body,
    });
    const text = await response.text();
    server.closeAllConnections();
    server.close();
    return text;
  };
}

/** The messages of a body, of either type. */
function messagesIn(type, text) {
  if (type === 'application/json') return [JSON.parse(text)];
  return text.split(/\r\n\r\n|\n\n/).flatMap((block) => {
    const data = block.split(/\r\n|\n/).filter((line) => line.startsWith('data:'));
    return data.length === 0 ? [] : [JSON.parse(data.map((line) => line.slice(5)).join('\n'))];
  });
}

for (const [form, [type, body]] of Object.entries(BODIES)) {
  for (const [how, writer] of Object.entries(WRITERS)) {
    test(`a listing is filtered in ${form}, ${how}`, async () => {
      for (const size of [1, 7, 1 << 20]) {
        const ask = writer(await guarded(), type, pieces(body, size));
        const text = await ask(JSON.stringify(await signed(LIST, await credentials())));
        const messages = messagesIn(type, text);
        assert.deepEqual(messages.at(-1), { ...ANSWER, result: SHOWN });
        if (form === 'events') assert.deepEqual(messages[0], PROGRESS);
        if (form === 'long events') assert.match(text, /^: hello\n\n: a comment/);
      }
    });
  }
}

test('what another request asked for is not changed', async () => {
  const gate = await guarded();
  const other = { ...ANSWER, id: 2 };
  for (const [type, body] of [
    ['application/json', JSON.stringify(other)],
    [
      'application/json',
      JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } }),
    ],
    ['application/json', 'no JSON'],
    ['text/event-stream', event(other)],
  ]) {
    const ask = WRITERS['of Node, by write'](gate, type, [Buffer.from(body)]);
    const text = await ask(JSON.stringify(await signed(LIST, await credentials())));
    assert.equal(text, body);
  }
});

test('a handler that fails fails as before, and keeps no context', async () => {
  const gate = await guarded();
  const failing = attestFetch(async () => {
    throw new RangeError('broken');
  }, gate);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(await signed(LIST, await credentials()));
  await assert.rejects(
    failing(new Request('http://x/', { method: 'POST', headers, body })),
    RangeError,
  );
});
