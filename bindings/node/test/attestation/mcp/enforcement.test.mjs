// Who is let in: every pair of server and client, over HTTP and over streams.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent, call, refusalOf } from './clients.mjs';
import { connect, gateFor, nameOf, PAIRS, serve } from './connect.mjs';
import { forger, SUBJECT, verifierFor } from './issuer.mjs';
import { AttestationGate } from 'callgate/attestation';

const MISSING = { legacy: -32001, modern: -32021 };
const INVALID = { legacy: -32002, modern: -32010 };

/** What comes of connecting and calling a tool: its answer, or the refusal. */
async function outcome(t, pair, served, options) {
  let connected;
  try {
    connected = await connect(t, pair.client, served, options);
  } catch (error) {
    return refusalOf(error);
  }
  return await call(connected.client, 'who', { n: 7 });
}

for (const pair of PAIRS) {
  test(`an attested caller is known to the tool: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const served = await serve(t, pair, gate);
    const said = JSON.parse(await outcome(t, pair, served, agent()));
    assert.deepEqual(said, { n: 7, verified: true, subject: SUBJECT, trustLevel: 'provider' });
    assert.deepEqual(served.calls, ['who']);
    assert.equal(gate.refused + gate.dropped, 0);
  });

  test(`a caller without a token is refused: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const served = await serve(t, pair, gate);
    assert.deepEqual(await outcome(t, pair, served, null), {
      code: MISSING[pair.era],
      reason: 'not_provided',
    });
    assert.deepEqual(served.calls, []);
    assert.equal(gate.refused, 1);
  });

  test(`a forged token is refused: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const served = await serve(t, pair, gate);
    assert.deepEqual(await outcome(t, pair, served, agent({ provider: forger })), {
      code: INVALID[pair.era],
      reason: 'signature',
    });
    assert.deepEqual(served.calls, []);
  });

  for (const policy of ['preferred', 'optional']) {
    test(`${policy} lets in a missing token, no bad one: ${nameOf(pair)}`, async (t) => {
      const { gate } = await gateFor({ verifier: { policy } });
      const anonymous = JSON.parse(await outcome(t, pair, await serve(t, pair, gate), null));
      assert.deepEqual(anonymous, { n: 7, verified: false, trustLevel: 'none' });
      const bad = await outcome(t, pair, await serve(t, pair, gate), agent({ provider: forger }));
      assert.equal(bad.reason, 'signature');
      const good = await outcome(t, pair, await serve(t, pair, gate), agent());
      assert.equal(JSON.parse(good).subject, SUBJECT);
    });
  }

  test(`each of many requests at once has its own caller: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const { client } = await connect(t, pair.client, await serve(t, pair, gate), agent());
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const said = await Promise.all(numbers.map((n) => call(client, 'who', { n })));
    assert.deepEqual(
      said.map((text) => JSON.parse(text).n),
      numbers,
    );
    assert.ok(said.every((text) => JSON.parse(text).subject === SUBJECT));
    assert.equal(gate.refused, 0);
  });
}

test('a gate wants a verifier with an audience', async () => {
  const { ANY_AUDIENCE } = await import('callgate/attestation');
  const verifier = await verifierFor({ audience: ANY_AUDIENCE });
  assert.throws(() => new AttestationGate(verifier), { codeName: 'INVALID_ARGUMENT' });
  assert.throws(() => new AttestationGate({}), TypeError);
  const sound = await verifierFor();
  for (const sessionLifetime of [0, -1, NaN, 'forever']) {
    assert.throws(() => new AttestationGate(sound, { sessionLifetime }), String(sessionLifetime));
  }
  assert.throws(() => new AttestationGate(sound, { onRefused: 'log' }), TypeError);
  assert.throws(() => new AttestationGate(sound, { lifetime: 1 }), TypeError);
  assert.ok(new AttestationGate(sound, { sessionLifetime: 60 }));
});
