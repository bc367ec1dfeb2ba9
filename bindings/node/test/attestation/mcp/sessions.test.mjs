// Sessions of the legacy era: how they end, and that no other caller takes them over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretKey } from 'callgate';
import { agent, call } from './clients.mjs';
import { connect, gateFor, nameOf, PAIRS, serve } from './connect.mjs';
import { AUDIENCE, EXTENSION, IDENTITY, ISSUER, provider } from './issuer.mjs';

const LEGACY = PAIRS.filter(({ era }) => era === 'legacy');
const EXPIRED = { code: -32003, reason: 'expired' };

for (const pair of LEGACY) {
  test(`a session outlives its token, for an hour: ${nameOf(pair)}`, async (t) => {
    const { gate, clock } = await gateFor();
    const served = await serve(t, pair, gate);
    const { client } = await connect(t, pair.client, served, agent());
    clock.ahead = 3590_000;
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    clock.ahead = 3601_000;
    assert.deepEqual(await call(client, 'who', { n: 2 }), EXPIRED);
    assert.deepEqual(served.calls, ['who']);
    clock.ahead = 0;
    assert.deepEqual(await call(client, 'who', { n: 3 }), EXPIRED);
  });

  test(`a session may end with its token: ${nameOf(pair)}`, async (t) => {
    const { gate, clock } = await gateFor({ sessionLifetime: 'token' });
    const { client } = await connect(t, pair.client, await serve(t, pair, gate), agent());
    clock.ahead = 280_000;
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    clock.ahead = 301_000;
    assert.deepEqual(await call(client, 'who', { n: 2 }), EXPIRED);
  });

  test(`a session ends when its issuer is denied: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const { client } = await connect(t, pair.client, await serve(t, pair, gate), agent());
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    gate.verifier.setTrustedIssuers([{ issuer: ISSUER, deniedKeyIds: ['key-1'] }]);
    assert.equal((await call(client, 'who', { n: 2 })).reason, 'kid');
    gate.verifier.setTrustedIssuers([ISSUER]);
    assert.equal((await call(client, 'who', { n: 3 })).reason, 'kid');
  });

  test(`a bearer token opens one session: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const token = await provider.createToken({ identity: IDENTITY, audience: AUDIENCE });
    const options = { audience: AUDIENCE, issueToken: () => token };
    const { client } = await connect(t, pair.client, await serve(t, pair, gate), options);
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    const again = connect(t, pair.client, await serve(t, pair, gate), options);
    await assert.rejects(again, { code: -32004 });
  });

  test(`a token with a key opens many, each with a proof: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const key = SecretKey.generate();
    const token = await provider.createToken({
      identity: IDENTITY,
      audience: AUDIENCE,
      confirmationKey: key.publicKey,
    });
    for (let i = 0; i < 2; i++) {
      const options = { audience: AUDIENCE, issueToken: () => token, key };
      const { client } = await connect(t, pair.client, await serve(t, pair, gate), options);
      assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    }
    const thief = { audience: AUDIENCE, issueToken: () => token };
    const stolen = connect(t, pair.client, await serve(t, pair, gate), thief);
    await assert.rejects(stolen, {
      code: -32002,
      data: { reason: 'proof', extension: EXTENSION },
    });
  });
}
