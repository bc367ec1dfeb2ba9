// Tools that only some callers may use, and see.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttestationGate } from 'callgate/attestation';
import { agent, call } from './clients.mjs';
import { connect, gateFor, nameOf, PAIRS, serve } from './connect.mjs';
import { ISSUER, verifierFor } from './issuer.mjs';
import { credentials, ENVELOPE, post, signed } from './raw.mjs';

const toolNames = async (client) => (await client.listTools()).tools.map(({ name }) => name).sort();
const POLICY = {
  legacy: { code: -32006, reason: 'policy' },
  modern: { code: -32015, reason: 'policy' },
};

for (const pair of PAIRS) {
  test(`a guarded tool is for callers that meet its guard: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor({ verifier: { policy: 'optional' } });
    gate.requireAttestation({ tools: ['delete'], issuer: ISSUER });
    const good = await serve(t, pair, gate);
    const { client } = await connect(t, pair.client, good, agent());
    assert.deepEqual(await toolNames(client), ['delete', 'who']);
    assert.equal(await call(client, 'delete'), 'deleted');

    const served = await serve(t, pair, gate);
    const { client: anonymous } = await connect(t, pair.client, served, null);
    assert.deepEqual(await toolNames(anonymous), ['who']);
    assert.match(await call(anonymous, 'who', { n: 1 }), /"verified":false/);
    assert.deepEqual(await call(anonymous, 'delete'), POLICY[pair.era]);
    assert.deepEqual(served.calls, ['who']);
  });

  test(`a guard without tools guards all: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor({ guards: [{ trustLevel: 'provider' }] });
    const { client } = await connect(t, pair.client, await serve(t, pair, gate), agent());
    assert.deepEqual(await toolNames(client), ['delete', 'who']);
    gate.requireAttestation({ check: () => false });
    assert.deepEqual(await toolNames(client), []);
    for (const [name, args] of [
      ['who', { n: 1 }],
      ['delete', {}],
      ['unknown', {}],
    ]) {
      assert.deepEqual(await call(client, name, args), POLICY[pair.era]);
    }
  });
}

test('a guard asks for at least its level, and its issuer', async (t) => {
  const enterprise = { trustedIssuers: [{ issuer: ISSUER, level: 'enterprise' }] };
  for (const [guard, allowed] of [
    [{ trustLevel: 'none' }, true],
    [{ trustLevel: 'enterprise' }, true],
    [{ trustLevel: 'provider' }, false],
    [{ issuer: ISSUER }, true],
    [{ issuer: `${ISSUER}/` }, false],
    [{ check: ({ subject }) => subject.startsWith('spiffe://') }, true],
    [{ check: () => 'yes' }, false],
    [{ check: async () => true }, false],
    [
      {
        check: () => {
          throw new Error('no');
        },
      },
      false,
    ],
  ]) {
    const { gate } = await gateFor({ verifier: enterprise, guards: [guard] });
    const metadata = { attestation_type: 'enterprise' };
    const served = await serve(t, { server: 2, over: 'http' }, gate);
    const { client } = await connect(t, '2.x modern', served, agent({ metadata }));
    assert.equal((await toolNames(client)).length, allowed ? 2 : 0, JSON.stringify(guard));
  }
});

test('a guard that is none is an error', async () => {
  const gate = new AttestationGate(await verifierFor());
  for (const guard of [
    { trustlevel: 'provider' },
    { trustLevel: 'Provider' },
    { tools: 'delete' },
    { tools: [1] },
    { issuer: 1 },
    { check: true },
    null,
  ]) {
    assert.throws(() => gate.requireAttestation(guard), TypeError, JSON.stringify(guard));
  }
});

test('a listing with guards is private', async (t) => {
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: ENVELOPE } };
  const { gate } = await gateFor({ guards: [{ tools: ['delete'] }] });
  const { url } = await serve(t, { server: 2, over: 'http' }, gate);
  const { message } = await post(url, await signed(list, await credentials()));
  assert.equal(message.result.cacheScope, 'private');
});
