// A token is renewed in time, and once where it was refused before anything was dispatched.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenRefused } from 'callgate/smcp';
import { clientFor, clockAhead, gatewayFor, rejection } from './setup.mjs';

test('a token is renewed before it ends', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  const first = await client.attest();
  const { sessionId } = client;
  clockAhead(t, 3545_000); // within the last minute of its hour
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
  assert.equal(gateway.attestations.length, 2);
  assert.equal(client.sessionId, sessionId);
  assert.notEqual(client.securityToken, first);
});

test('a gateway in trouble does not end a token that still lives', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, { retries: 0 });
  const first = await client.attest();
  clockAhead(t, 3545_000);
  gateway.attestLies.push((seen) => seen.refuse(503, 'SIGNER_UNAVAILABLE'));
  await client.callTool('echo.any', {});
  await client.callTool('echo.any', {});
  assert.equal(gateway.attestations.length, 2, 'the next attempt waits a moment');
  assert.equal(client.securityToken, first);
  t.mock.timers.tick(6_000);
  await client.callTool('echo.any', {});
  assert.equal(gateway.attestations.length, 3);
});

test('a workload that is gone ends a renewal', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  clockAhead(t, 3545_000);
  gateway.attestLies.push((seen) => seen.refuse(401, 'UNKNOWN_WORKLOAD'));
  const error = await rejection(client.callTool('echo.any', {}));
  assert.equal(error.codeName, 'UNKNOWN_WORKLOAD');
  assert.equal(gateway.calls.length, 0);
});

for (const name of ['INVALID_TOKEN', 'EXPIRED_TOKEN']) {
  for (const generation of ['B', 'C']) {
    test(`${name} renews once if nothing was dispatched, in generation ${generation}`, async (t) => {
      const gateway = await gatewayFor(t);
      const client = clientFor(t, gateway.url, { generation });
      await client.attest();
      const refuse = (seen) => seen.refuse(401, name);
      gateway.callLies.push(refuse);
      assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
      assert.deepEqual([gateway.attestations.length, gateway.calls.length], [2, 2]);
      const [first, second] = gateway.calls.map(({ json }) => json);
      assert.notEqual(first.signature, second.signature);
      assert.notEqual(first.payload.id, second.payload.id);

      gateway.callLies.push(refuse, refuse);
      const error = await rejection(client.callTool('echo.any', {}));
      assert.ok(error instanceof TokenRefused);
      assert.equal(error.codeName, name);
      assert.deepEqual([gateway.attestations.length, gateway.calls.length], [3, 4]);
    });
  }
}

for (const dispatched of [true, null]) {
  test(`a refused token is not renewed if dispatched is ${dispatched}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url);
    await client.attest();
    gateway.callLies.push((seen) => seen.refuse(401, 'INVALID_TOKEN', { dispatched }));
    const error = await rejection(client.callTool('echo.any', {}));
    assert.ok(error instanceof TokenRefused);
    assert.equal(error.dispatched, dispatched);
    assert.deepEqual([gateway.attestations.length, gateway.calls.length], [1, 1]);
  });
}

test('calls at once share a client and one renewal', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  clockAhead(t, 3545_000);
  const numbers = Array.from({ length: 8 }, (_, n) => n);
  const results = await Promise.all(numbers.map((n) => client.callTool('echo.any', { n })));
  assert.deepEqual(
    results.map((result) => result.arguments.n),
    numbers,
  );
  assert.equal(gateway.attestations.length, 2);
});

test('tokens refused at once are replaced by one attestation', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  for (let i = 0; i < 4; i++) gateway.callLies.push((seen) => seen.refuse(401, 'INVALID_TOKEN'));
  await Promise.all([0, 1, 2, 3].map((n) => client.callTool('echo.any', { n })));
  assert.equal(gateway.attestations.length, 2);
});
