// A call that is aborted ends, and nothing else does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PayloadError } from 'callgate/smcp';
import { clientFor, clockAhead, gatewayFor, label, rejection } from './setup.mjs';

test('a call that is aborted leaves a client that works', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const controller = new AbortController();
  gateway.callLies.push(() => controller.abort());
  const error = await rejection(client.callTool('echo.any', {}, { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
  const early = await rejection(client.callTool('echo.any', {}, { signal: controller.signal }));
  assert.equal(early.name, 'AbortError');
  assert.equal(gateway.calls.length, 1);
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
});

for (const options of [
  new AbortController().signal,
  { sginal: AbortSignal.abort() },
  { signal: new AbortController() },
  { signal: null },
  null,
  'options',
]) {
  test(`a signal that would go unseen is refused: ${label(options)}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url);
    await client.attest();
    for (const call of [client.callTool('echo.any', {}, options), client.listTools(options)]) {
      const error = await rejection(call);
      assert.ok(error instanceof PayloadError);
      assert.deepEqual([error.codeName, error.dispatched], ['INVALID_ARGUMENT', false]);
    }
    assert.equal(gateway.calls.length, 0);
  });
}

test('a call that is aborted does not wait for the renewal that it began', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  clockAhead(t, 3545_000);
  const controller = new AbortController();
  const held = new Promise((resolve) => {
    gateway.attestLies.push((seen) => {
      controller.abort();
      resolve(seen);
    });
  });
  const error = await rejection(client.callTool('echo.any', {}, { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
  (await held).honest(); // the renewal goes on
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
  assert.equal(gateway.attestations.length, 2);
});
