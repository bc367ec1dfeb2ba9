// A gateway, or what stands before it, that lies in every way: never a result, always an error that
// says which. A64 to A66 are rows of the attack catalogue.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  ClientClosed,
  ConnectionLost,
  GatewayRefused,
  GatewayTimeout,
  GatewayUnreachable,
  InvalidResponse,
  RedirectRefused,
  ResponseTooLarge,
  SMCPError,
  ToolCallError,
  WrongResponseId,
} from 'callgate/smcp';
import { clientFor, gatewayFor, label, rejection, sealClientFor } from './setup.mjs';

const WAIT = 0.4; // seconds that the clients of these tests wait

async function attested(t) {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, {
    callTimeout: WAIT,
    attestTimeout: 5,
    maxResponseBytes: 100_000,
  });
  await client.attest();
  return { gateway, client };
}

/** The error, of exactly this class, that a call ends with when it is answered by a lie. */
async function told(t, lie, kind) {
  const { gateway, client } = await attested(t);
  gateway.callLies.push(lie);
  const error = await rejection(client.callTool('echo.any', {}));
  assert.equal(error.constructor, kind, inspect(error));
  assert.equal(gateway.calls.length, 1, 'a call that may have been executed is not sent again');
  assert.ok(error instanceof SMCPError);
  assert.equal(error.requestId, gateway.calls[0].requestId);
  assert.ok(!inspect(error, { depth: 10 }).includes(client.securityToken));
  return { error, gateway };
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`A64: a redirect is not followed: ${status}`, async (t) => {
    const other = await gatewayFor(t);
    const location = `${other.url}/v1/smcp/invoke`;
    const { error } = await told(
      t,
      (seen) => seen.reply(status, '', { location }),
      RedirectRefused,
    );
    assert.equal(other.seen.length, 0);
    assert.deepEqual([error.httpStatus, error.dispatched], [status, null]);
  });
}

for (const [status, body, text] of [
  [403, { detail: 'denied' }, 'denied'],
  [401, { error: 'unauthorized' }, 'unauthorized'],
  [500, { error: 'boom' }, 'boom'],
  [400, { status: 'error' }, 'no reason given'],
  [200, { status: 'error', message: 'flat' }, 'flat'],
  [200, { payload: {}, error: null }, 'no reason given'],
  [418, {}, 'no reason given'],
]) {
  test(`A65: an error of another shape is still one: ${status} ${JSON.stringify(body)}`, async (t) => {
    const { error } = await told(t, (seen) => seen.replyJson(status, body), GatewayRefused);
    assert.deepEqual([error.httpStatus, error.codeName], [status, 'UPSTREAM_FAILED']);
    assert.ok(error.message.includes(text) && error.message.includes(String(status)));
  });
}

for (const [error, name, statusCode] of [
  [{ error: { code: 1003, message: 'm' } }, 'INVALID_TOKEN', 1003],
  [{ error_code: 2001, message: 'm' }, 'TOOL_EXPLICITLY_DENIED', 2001],
  [{ error: { code: 'RATE_LIMIT_EXCEEDED', message: 'm' } }, 'RATE_LIMIT_EXCEEDED', 2005],
  [{ error_code: 'SCOPE_NOT_FOUND', message: 'm' }, 'SCOPE_NOT_FOUND', 3001],
  [{ error: { code: 4242, name: 'WHATEVER', message: 'm' } }, 'UPSTREAM_FAILED', 4242],
  [{ error: { code: true, name: 7, message: 'm' } }, 'UPSTREAM_FAILED', 9006],
  [{ error: { code: 1.5, name: '__proto__', message: 'm' } }, 'UPSTREAM_FAILED', 9006],
]) {
  test(`error bodies of every generation are understood: ${JSON.stringify(error)}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.replyJson(403, { status: 'error', ...error }));
    const thrown = await rejection(client.callTool('echo.any', {}));
    assert.ok(thrown instanceof GatewayRefused);
    assert.deepEqual([thrown.codeName, thrown.statusCode], [name, statusCode]);
    assert.match(thrown.message, /m$/);
  });
}

test('numbers are read in the table of the era', async (t) => {
  const gateway = await gatewayFor(t);
  const seal = sealClientFor(t, gateway.url);
  await seal.attest();
  gateway.callLies.push((seen) => seen.replyJson(401, { status: 'error', error: { code: 1006 } }));
  const error = await rejection(seal.callTool('echo.any', {}));
  assert.deepEqual([error.codeName, error.statusCode], ['SESSION_INACTIVE', 1006]);
});

for (const [header, member, seconds] of [
  ['7', undefined, 7],
  [undefined, 1.5, 1.5],
  ['7', 1.5, 1.5],
  ['soon', undefined, null],
  [undefined, -1, null],
  ['9'.repeat(400), undefined, null],
  [undefined, 1e20, null],
  [undefined, true, null],
]) {
  const from = `${header?.slice(0, 9)}, ${member}`;
  test(`retryAfter is read from body or header: ${from}`, async (t) => {
    const { gateway, client } = await attested(t);
    const error = { code: 2005, message: 'm', retry_after: member };
    const headers = header === undefined ? {} : { 'retry-after': header };
    gateway.callLies.push((seen) => seen.replyJson(429, { status: 'error', error }, headers));
    assert.equal((await rejection(client.callTool('echo.any', {}))).retryAfter, seconds);
  });
}

for (const body of [
  'not json',
  '<html>ok</html>',
  '',
  'null',
  '[]',
  '"text"',
  '{} {}',
  '{"payload": NaN}',
  '{"payload":{},"payload":{}}',
  '{"payload":{"jsonrpc":"2.0","id":"x","result":1}',
  Buffer.from('7b227061796c6f6164223a22ff227d', 'hex'),
]) {
  test(`A65: 200 with what is no strict JSON object is no result: ${body}`, async (t) => {
    const { error } = await told(t, (seen) => seen.reply(200, body), InvalidResponse);
    assert.equal(error.httpStatus, 200);
  });
}

for (const status of [404, 502]) {
  test(`a page of a proxy is named by status and type: ${status}`, async (t) => {
    const page = { 'content-type': 'text/html', 'retry-after': '3' };
    const lie = (seen) => seen.reply(status, '<h1>no</h1>', page);
    const { error } = await told(t, lie, InvalidResponse);
    assert.ok(error.message.includes(String(status)) && error.message.includes('text/html'));
    assert.equal(error.retryAfter, 3);
  });
}

for (const change of [
  { jsonrpc: '1.0' },
  { jsonrpc: null },
  { result: undefined },
  { error: null },
  { error: 'text' },
  { error: { code: 'x', message: 'm' } },
  { error: { code: 1 } },
  { error: { code: 1, message: 'm' } }, // beside a result
]) {
  test(`a payload that is not JSON-RPC is no result: ${label(change)}`, async (t) => {
    const lie = (seen) => seen.replyJson(200, seen.answer({ result: {}, ...change }));
    await told(t, lie, InvalidResponse);
  });
}

for (const body of [{ result: {} }, { payload: [] }, { payload: null }, {}]) {
  test(`a bare result is no result: ${JSON.stringify(body)}`, async (t) => {
    await told(t, (seen) => seen.replyJson(200, body), InvalidResponse);
  });
}

for (const status of [201, 202, 204, 206]) {
  test(`only 200 is a result, not ${status}`, async (t) => {
    const lie = (seen) =>
      status === 204 ? seen.reply(204, '') : seen.replyJson(status, seen.answer({ result: {} }));
    await told(t, lie, InvalidResponse);
  });
}

for (const id of ['req-0', '', 1, null, true, ['x'], undefined]) {
  test(`A66: the reply to another request is no result: ${JSON.stringify(id)}`, async (t) => {
    const body = { payload: { jsonrpc: '2.0', id, result: {} } };
    await told(t, (seen) => seen.replyJson(200, body), WrongResponseId);
  });
}

test('A66: of two calls at once neither takes the reply to the other', async (t) => {
  const { gateway, client } = await attested(t);
  const waiting = [];
  const swap = (seen) => {
    waiting.push(seen);
    if (waiting.length < 2) return;
    waiting[0].replyJson(200, waiting[1].answer({ result: 1 }));
    waiting[1].replyJson(200, waiting[0].answer({ result: 2 }));
  };
  gateway.callLies.push(swap, swap);
  const calls = [client.callTool('echo.any', {}), client.callTool('echo.any', {})];
  for (const call of calls.map(rejection)) assert.ok((await call) instanceof WrongResponseId);
});

for (const result of [0, false, '', [], {}]) {
  test(`a result may be ${JSON.stringify(result)}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.replyJson(200, seen.answer({ result })));
    assert.deepEqual(await client.callTool('echo.any', {}), result);
  });
}

test('a result that is null is none', async (t) => {
  await told(t, (seen) => seen.replyJson(200, seen.answer({ result: null })), InvalidResponse);
});

test('an error of the tool’s server is carried', async (t) => {
  const rpc = { code: -32602, message: 'bad\u001b[31m\u202e argument', data: { name: 'path' } };
  const lie = (seen) => seen.replyJson(200, seen.answer({ error: rpc }));
  const { error, gateway } = await told(t, lie, ToolCallError);
  const { rpcCode: code, rpcMessage: message, rpcData: data } = error;
  assert.deepEqual({ code, message, data }, rpc);
  assert.equal(error.dispatched, true);
  assert.doesNotMatch(error.message, /[\u001b\u202e]/);
  assert.equal(error.requestId, gateway.calls[0].requestId);
});

test('a compressed reply is no result', async (t) => {
  const lie = (seen) => {
    assert.equal(seen.headers['accept-encoding'], 'identity');
    seen.reply(200, Buffer.from([0x1f, 0x8b]), { 'content-encoding': 'gzip' });
  };
  await told(t, lie, InvalidResponse);
});

test('an announced size over the bound is not read', async (t) => {
  const lie = (seen) => seen.raw('HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n');
  const { error } = await told(t, lie, ResponseTooLarge);
  assert.deepEqual([error.codeName, error.httpStatus], ['LIMIT_EXCEEDED', 200]);
});

test('an endless reply is read up to the bound', async (t) => {
  let sent = 0;
  const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`;
  const lie = ({ request: { socket } }) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const more = () => {
      // Until the client hangs up.
      for (let room = true; room && !socket.destroyed; sent += 0x1000) room = socket.write(chunk);
    };
    socket.on('drain', more);
    more();
  };
  await told(t, lie, ResponseTooLarge);
  assert.ok(sent < 64 << 20);
});

/** A reply that comes drop by drop, and never ends. */
function dripping(start, drop) {
  return ({ request: { socket } }) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(drop), (WAIT * 1000) / 20);
    socket.on('close', () => clearInterval(timer));
  };
}

for (const [what, lie] of Object.entries({
  header: dripping('HTTP/1.1 200 OK\r\nx-slow: ', 'y'),
  headers: dripping('HTTP/1.1 200 OK\r\n', 'x-more: y\r\n'),
  body: dripping('HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n', ' '),
  'interim replies': dripping('', 'HTTP/1.1 102 Processing\r\n\r\n'),
  nothing: () => {},
})) {
  test(`a dripping reply ends at the time-out: ${what}`, async (t) => {
    const { error } = await told(t, lie, GatewayTimeout);
    assert.deepEqual([error.codeName, error.dispatched], ['UPSTREAM_TIMEOUT', null]);
    assert.ok(error.message.includes('0.4 s'));
  });
}

for (const start of [
  '',
  'HTTP/1.1 200',
  'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{',
  'garbage\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(40)}`,
  'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
]) {
  test(`a reply that breaks off is no result: ${JSON.stringify(start).slice(0, 70)}`, async (t) => {
    const lie = (seen) => seen.request.socket.end(start);
    const { error } = await told(t, lie, ConnectionLost);
    assert.equal(error.dispatched, null);
  });
}

test('a reply cut where the connection ends it is no result', async (t) => {
  const lie = (seen) => {
    const whole = JSON.stringify(seen.answer({ result: { x: 1 } }));
    seen.request.socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${whole.slice(0, -3)}`);
  };
  await told(t, lie, InvalidResponse);
});

for (const change of [
  { security_token: undefined },
  { security_token: '' },
  { security_token: null },
  { security_token: 7 },
  { security_token: 'with space' },
  { security_token: 'x'.repeat(8193) },
  { expires_at: 1700000000 },
  { expires_at: 'tomorrow' },
  { expires_at: '2026-02-30T00:00:00Z' },
  { expires_at: '2026-02-17T14:32:01' }, // no zone: no point in time
  { session_id: 7 },
]) {
  test(`this is no attestation: ${label(change)}`, async (t) => {
    const gateway = await gatewayFor(t);
    gateway.attestLies.push((seen) => {
      const [, body] = gateway.attest(seen.json, 'smcp/v1');
      seen.replyJson(200, { ...body, ...change });
    });
    const client = clientFor(t, gateway.url);
    assert.ok((await rejection(client.attest())) instanceof InvalidResponse);
    assert.equal(client.securityToken, null);
  });
}

const onlyTheToken = (seen) => {
  const [, { security_token }] = seen.gateway.attest(seen.json, seen.protocol);
  seen.replyJson(200, { security_token });
};

test('a gateway that says only the token is enough for SMCP', async (t) => {
  const gateway = await gatewayFor(t);
  gateway.attestLies.push(onlyTheToken);
  const client = clientFor(t, gateway.url);
  await client.attest();
  assert.deepEqual([client.expiresAt, client.sessionId], [null, null]);
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
});

test('SEAL promises expires_at, so that its absence is an error', async (t) => {
  const gateway = await gatewayFor(t);
  gateway.attestLies.push(onlyTheToken);
  const seal = sealClientFor(t, gateway.url);
  assert.ok((await rejection(seal.attest())) instanceof InvalidResponse);
});

for (const [name, extra] of [
  ['LEDGER_UNAVAILABLE', {}],
  ['AUDIT_UNAVAILABLE', {}],
  ['UPSTREAM_FAILED', {}],
  ['UPSTREAM_FAILED', { details: { cause: 'not_running' } }],
]) {
  test(`not dispatched, it is sent again: ${name} ${JSON.stringify(extra)}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.refuse(503, name, extra));
    assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
    const [first, second] = gateway.calls.map(({ json }) => json);
    assert.notEqual(first.signature, second.signature);
    assert.notEqual(first.payload.id, second.payload.id);
  });
}

for (const dispatched of [false, null]) {
  test(`an attestation waits until a gateway takes it; dispatched ${dispatched}`, async (t) => {
    const gateway = await gatewayFor(t);
    gateway.attestLies.push((seen) =>
      seen.refuse(429, 'LIMIT_EXCEEDED', { dispatched, retry_after: 0.3 }),
    );
    await clientFor(t, gateway.url).attest();
    assert.equal(new Set(gateway.attestations.map(({ json }) => json.proof)).size, 2);
  });
}

for (const [name, extra] of [
  ['LIMIT_EXCEEDED', {}],
  ['UPSTREAM_FAILED', { dispatched: true }],
  ['UPSTREAM_FAILED', { dispatched: null }],
  ['UPSTREAM_FAILED', { details: { cause: 'unknown_tool' } }],
  ['LEDGER_UNAVAILABLE', { retry_after: 600 }],
  ['LEDGER_FULL', {}],
  ['REPLAY_DETECTED', {}],
]) {
  test(`nothing else is sent again: ${name} ${JSON.stringify(extra)}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.refuse(503, name, extra));
    assert.equal((await rejection(client.callTool('echo.any', {}))).codeName, name);
    assert.equal(gateway.calls.length, 1);
  });
}

test('retries have an end', async (t) => {
  const { gateway, client } = await attested(t);
  for (let i = 0; i < 9; i++) {
    gateway.callLies.push((seen) => seen.refuse(503, 'LEDGER_UNAVAILABLE'));
  }
  assert.ok((await rejection(client.callTool('echo.any', {}))) instanceof GatewayRefused);
  assert.equal(gateway.calls.length, 3);
});

test('a retry that waits is given up when its client ends', async (t) => {
  const { gateway, client } = await attested(t);
  gateway.callLies.push((seen) => {
    seen.refuse(503, 'LEDGER_UNAVAILABLE', { retry_after: 4 });
    seen.response.on('finish', () => setTimeout(() => client.dispose(), 50));
  });
  const error = await rejection(client.callTool('echo.any', {}));
  assert.ok(error instanceof ClientClosed);
  assert.equal(error.dispatched, false);
  assert.equal(gateway.calls.length, 1);
});

test('a list of tools without end is given up', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  for (let i = 0; i < 101; i++) {
    gateway.callLies.push((seen) =>
      seen.replyJson(200, seen.answer({ result: { tools: [], nextCursor: 'on' } })),
    );
  }
  const error = await rejection(client.listTools());
  assert.ok(error instanceof InvalidResponse);
  assert.equal(gateway.calls.length, 100);
});

for (const result of [
  null,
  {},
  { tools: {} },
  { tools: [1] },
  { tools: [{}] },
  { tools: [], nextCursor: 1 },
]) {
  test(`this lists no tools: ${JSON.stringify(result)}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.replyJson(200, seen.answer({ result })));
    assert.ok((await rejection(client.listTools())) instanceof InvalidResponse);
  });
}

test('a gateway that is down is named as such', async (t) => {
  const gateway = await gatewayFor(t);
  await gateway[Symbol.asyncDispose]();
  const client = clientFor(t, gateway.url, { retries: 1 });
  const error = await rejection(client.attest());
  assert.equal(error.constructor, GatewayUnreachable);
  assert.deepEqual([error.codeName, error.dispatched], ['UPSTREAM_FAILED', false]);
  assert.equal(error.cause.code, 'ECONNREFUSED');
});
