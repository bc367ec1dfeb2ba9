// What a client gets of an honest gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallgateError } from 'callgate';
import { isSMCPError, isToolDenied, SEALError, SMCPError, ToolDenied } from 'callgate/smcp';
import { clientFor, gatewayFor, rejection, sealClientFor } from './setup.mjs';

for (const generation of ['A', 'B', 'C']) {
  test(`a call returns the result in generation ${generation}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url, { generation });
    await client.attest();
    assert.deepEqual(await client.callTool('fs.read', { path: '/workspace/a' }), {
      tool: 'fs.read',
      arguments: { path: '/workspace/a' },
    });
  });
}

test('a denial says what was refused', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const error = await rejection(client.callTool('fs.read', { path: '/etc/passwd' }));
  assert.ok(error instanceof ToolDenied && error instanceof SMCPError);
  assert.ok(error instanceof CallgateError && error instanceof Error);
  assert.ok(isToolDenied(error) && isSMCPError(error));
  assert.equal(error.constructor, ToolDenied);
  assert.deepEqual(
    [error.codeName, error.code, error.statusCode],
    ['PATH_NOT_ALLOWED', 2002, 2002],
  );
  assert.equal(error.httpStatus, 403);
  assert.equal(error.dispatched, false);
  assert.equal(error.requestId, gateway.calls[0].requestId);
  assert.notEqual(error.message, '');
  assert.equal(gateway.calls.length, 1, 'a denial is not asked for twice');
});

test('statusCode is the number of the era, code that of the API', async (t) => {
  const gateway = await gatewayFor(t);
  const client = sealClientFor(t, gateway.url);
  await client.attest();
  gateway.gate.revokeSession(client.sessionId);
  const error = await rejection(client.callTool('echo.any', {}));
  assert.ok(error instanceof SEALError);
  assert.deepEqual(
    [error.codeName, error.code, error.statusCode],
    ['SESSION_INACTIVE', 1005, 1006],
  );
});

test('a rate limit says when to come back', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  await client.callTool('once.only', {});
  const error = await rejection(client.callTool('once.only', {}));
  assert.equal(error.codeName, 'RATE_LIMIT_EXCEEDED');
  assert.ok(error.retryAfter > 0 && error.retryAfter <= 60);
});

test('listTools is a signed request', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  assert.deepEqual(await client.listTools(), [
    { name: 'fs.read', inputSchema: { type: 'object' } },
  ]);
  assert.equal(gateway.calls[0].json.payload.method, 'tools/list');
});

test('listTools follows cursors to the end', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const page = (name, nextCursor) => (seen) =>
    seen.replyJson(200, seen.answer({ result: { tools: [{ name }], nextCursor } }));
  gateway.callLies.push(page('a', 'p2'), page('b'));
  const tools = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual(
    gateway.calls.map(({ json }) => json.payload.params),
    [{}, { cursor: 'p2' }],
  );
});

test('connections are kept and shared', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  for (let n = 0; n < 5; n++) await client.callTool('echo.any', { n });
  assert.equal(new Set(gateway.seen.map(({ request }) => request.socket)).size, 1);
});
