// What the error of a call says first: whether the tool ran. Other errors are about no tool.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectionLost,
  createSmcpEnvelope,
  Ed25519Key,
  GatewayRefused,
  GatewayTimeout,
  GatewayUnreachable,
  NotAttested,
  PayloadError,
  SMCPClient,
  SMCPError,
  ToolCallError,
  ToolDenied,
  verifySmcpEnvelope,
} from 'callgate/smcp';
import { clientFor, clockAhead, gatewayFor, label, rejection, sealClientFor } from './setup.mjs';

const NOT_RUN = 'The tool did not run: ';
const RAN = 'The tool ran: ';
const UNKNOWN = 'The tool may have run: ';
const ANY = /^The tool (did not run|ran|may have run): /;

/** What follows this statement, with which the message begins, once. */
function says(statement, { message, stack }) {
  assert.ok(message.startsWith(statement), message);
  assert.ok(stack.startsWith(`SMCPError: ${message}`), stack);
  const reason = message.slice(statement.length);
  assert.notEqual(reason, '');
  assert.doesNotMatch(reason, ANY);
  return reason;
}

async function attested(t, options) {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, { retries: 0, ...options });
  await client.attest();
  return { gateway, client };
}

for (const [name, dispatched, statement] of [
  ['PATH_NOT_ALLOWED', false, NOT_RUN],
  ['LEDGER_UNAVAILABLE', false, NOT_RUN],
  ['UPSTREAM_FAILED', false, NOT_RUN],
  ['SESSION_INACTIVE', false, NOT_RUN],
  // The tool's server had answered: its result is withheld.
  ['OUTPUT_SIZE_EXCEEDED', true, RAN],
  ['SESSION_INACTIVE', true, RAN],
  // The call left, and that is all that is known.
  ['UPSTREAM_TIMEOUT', true, UNKNOWN],
  ['UPSTREAM_FAILED', true, UNKNOWN],
  ['INTERNAL_ERROR', true, UNKNOWN],
  ['AUDIT_UNAVAILABLE', null, UNKNOWN],
  ['OUTPUT_SIZE_EXCEEDED', null, UNKNOWN],
]) {
  test(`${name} with dispatched ${dispatched}: ${statement}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.refuse(503, name, { dispatched, message: 'why' }));
    const error = await rejection(client.callTool('echo.any', {}));
    assert.equal(says(statement, error), 'why');
    assert.deepEqual([error.codeName, error.dispatched], [name, dispatched]);
  });
}

test('a denial did not run', async (t) => {
  const { client } = await attested(t);
  const error = await rejection(client.callTool('fs.delete', { path: '/workspace/a' }));
  assert.ok(error instanceof ToolDenied);
  says(NOT_RUN, error);
});

test('a tool whose server answered with an error ran', async (t) => {
  const { gateway, client } = await attested(t);
  const error = { code: -32603, message: 'disk full' };
  gateway.callLies.push((seen) => seen.replyJson(200, seen.answer({ error })));
  const thrown = await rejection(client.callTool('echo.any', {}));
  assert.ok(thrown instanceof ToolCallError);
  assert.equal(says(RAN, thrown), "the tool's server answered with error -32603: disk full");
});

for (const member of [{ result: null }, { error: null }, { error: { code: 'x' } }]) {
  test(`a tool whose server answered this ran: ${JSON.stringify(member)}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.replyJson(200, seen.answer(member)));
    says(RAN, await rejection(client.callTool('echo.any', {})));
  });
}

for (const [what, kind, lie] of [
  ['no reply in time', GatewayTimeout, () => {}],
  ['a broken connection', ConnectionLost, (seen) => seen.request.socket.end()],
  ['a redirect', SMCPError, (seen) => seen.reply(307, '', { location: '/' })],
  ['a page of a proxy', SMCPError, (seen) => seen.reply(502, '<h1>no</h1>')],
  ['an error of a proxy', GatewayRefused, (seen) => seen.replyJson(502, { error: 'boom' })],
  ['a reply to another request', SMCPError, (seen) => seen.replyJson(200, { payload: {} })],
  ['a reply that is too large', SMCPError, (seen) => seen.reply(200, ' '.repeat(20_000))],
]) {
  test(`it may have run after ${what}`, async (t) => {
    const { gateway, client } = await attested(t, { callTimeout: 0.3, maxResponseBytes: 10_000 });
    gateway.callLies.push(lie);
    const error = await rejection(client.callTool('echo.any', {}));
    assert.ok(error instanceof kind);
    says(UNKNOWN, error);
  });
}

test('it may have run if the client is disposed of under way', async (t) => {
  const { gateway, client } = await attested(t);
  gateway.callLies.push(() => client.dispose());
  says(UNKNOWN, await rejection(client.callTool('echo.any', {})));
  says(NOT_RUN, await rejection(client.callTool('echo.any', {})));
});

test('it did not run without a connection', async (t) => {
  const { gateway, client } = await attested(t);
  await gateway[Symbol.asyncDispose]();
  await rejection(client.callTool('echo.any', {})); // may find a kept connection that is gone
  const error = await rejection(client.callTool('echo.any', {}));
  assert.ok(error instanceof GatewayUnreachable);
  says(NOT_RUN, error);
});

test('it did not run before attest, as the published SDKs say', async (t) => {
  const gateway = await gatewayFor(t);
  const error = await rejection(clientFor(t, gateway.url).callTool('echo.any', {}));
  assert.ok(error instanceof NotAttested);
  assert.equal(says(NOT_RUN, error), 'No security token available. Must call attest() first.');
});

for (const args of [null, { x: 1n }, { x: 'x'.repeat(2 << 20) }]) {
  test(`it did not run with arguments like ${label(args).slice(0, 20)}`, async (t) => {
    const { client } = await attested(t);
    const error = await rejection(client.callTool('echo.any', args));
    assert.ok(error instanceof PayloadError);
    says(NOT_RUN, error);
  });
}

test('the SEAL client says it too', async (t) => {
  const gateway = await gatewayFor(t);
  const client = sealClientFor(t, gateway.url);
  await client.attest();
  const { message, stack } = await rejection(client.callTool('fs.delete', {}));
  assert.ok(message.startsWith(NOT_RUN));
  assert.ok(stack.startsWith(`SEALError: ${NOT_RUN}`));
});

for (const [what, lie] of Object.entries({
  'a refusal': (seen) => seen.refuse(401, 'UNKNOWN_WORKLOAD', { dispatched: undefined }),
  'no reply in time': () => {},
  'a broken connection': (seen) => seen.request.socket.end(),
  'a reply of nothing': (seen) => seen.replyJson(200, {}),
})) {
  test(`it did not run if the token is not renewed: ${what}`, async (t) => {
    const { gateway, client } = await attested(t, { attestTimeout: 0.3 });
    gateway.callLies.push((seen) => seen.refuse(401, 'EXPIRED_TOKEN'));
    gateway.attestLies.push(lie, lie);
    const late = await rejection(client.callTool('echo.any', {}));
    clockAhead(t, 3_700_000); // the token has ended, so that a call attests first
    const early = await rejection(client.callTool('echo.any', {}));
    for (const error of [late, early]) {
      says(NOT_RUN, error);
      assert.equal(error.dispatched, false);
    }
    assert.equal(gateway.calls.length, 1);
  });

  test(`attesting and listing say nothing of a tool: ${what}`, async (t) => {
    const gateway = await gatewayFor(t);
    const limits = { retries: 0, attestTimeout: 0.3, callTimeout: 0.3 };
    const client = clientFor(t, gateway.url, limits);
    gateway.attestLies.push(lie);
    assert.doesNotMatch((await rejection(client.attest())).message, ANY);
    await client.attest();
    gateway.callLies.push(lie);
    assert.doesNotMatch((await rejection(client.listTools())).message, ANY);
  });
}

test('what is about no call says nothing of a tool', async () => {
  const made = (async () => new SMCPClient('http://a.example', 'exec-1', 'project'))();
  const key = await Ed25519Key.generate();
  const errors = [
    await rejection(made),
    await rejection(createSmcpEnvelope('a.b.c', { x: NaN }, key)),
    await rejection(verifySmcpEnvelope(null, key.getPublicKeyBytes())),
  ];
  key.erase();
  errors.push(await rejection(key.sign('x')));
  for (const { message } of errors) assert.doesNotMatch(message, ANY);
});

test('an error that a program makes keeps its message', () => {
  for (const error of [
    new SMCPError('no', 2002),
    new SMCPError('no', { codeName: 'UPSTREAM_TIMEOUT', dispatched: true }),
    new ToolDenied('no', { codeName: 'PATH_NOT_ALLOWED', dispatched: false }),
    new ToolCallError('no', { code: 1, message: 'm', data: null }, 'req-1'),
  ]) {
    assert.equal(error.message, 'no');
  }
});
