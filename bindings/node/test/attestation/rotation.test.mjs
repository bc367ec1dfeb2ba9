// A rotation of keys while tokens are verified: none that is valid is lost, and no removed key counts
// longer than it may.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { AttestationProvider, AttestationVerifier, JWKSKeyResolver } from 'callgate/attestation';
import { publicJwkOf } from './jwks-keys.mjs';
import { clock, serveKeys } from './jwks-server.mjs';
import { identity, keyPair, SERVER } from './setup.mjs';

const [first, second, stranger] = [keyPair(1, 'k1'), keyPair(2, 'k2'), keyPair(3, 'k3')];

async function scene(t) {
  const server = await serveKeys(t, first);
  const { issuer } = server;
  const time = clock();
  const keyResolver = new JWKSKeyResolver({
    clock: time,
    cacheTtlMs: 60_000,
    maxAgeMs: 600_000,
    maxRetries: 0,
    negativeTtlMs: 1,
  });
  t.after(() => keyResolver.close());
  const verifier = new AttestationVerifier({
    trustedIssuers: [issuer],
    audience: SERVER,
    keyResolver,
  });
  const verify = async (keyPair) => {
    const provider = new AttestationProvider({ issuer, keyPair });
    const token = await provider.createToken({ identity, audience: SERVER });
    const { verified, reason } = await verifier.verify(token);
    return verified ? 'verified' : reason;
  };
  return { server, time, keyResolver, verify };
}

test('a rotation under load loses no valid token', async (t) => {
  const { server, time, verify } = await scene(t);
  const outcomes = [];
  const load = async (keyPair, rounds) => {
    for (let i = 0; i < rounds; i++) {
      outcomes.push(...(await Promise.all([1, 2, 3, 4].map(() => verify(keyPair)))));
      time.advance(1000);
    }
  };
  await load(first, 10);
  server.keys.push(publicJwkOf(second));
  await Promise.all([load(first, 30), load(second, 30)]);
  server.keys.shift();
  await load(second, 80);
  assert.deepEqual(new Set(outcomes), new Set(['verified']));
  assert.equal(await verify(stranger), 'kid');
});

test('a removed key is refused once its issuer was asked again', async (t) => {
  const { server, time, verify } = await scene(t);
  server.keys.push(publicJwkOf(second));
  assert.equal(await verify(first), 'verified');
  server.keys.shift();
  time.advance(59_999);
  assert.equal(await verify(first), 'verified');
  time.advance(1);
  const before = server.requests.length;
  await verify(second);
  while (server.requests.length === before) await turn();
  while ((await verify(first)) === 'verified') await turn();
  assert.equal(await verify(first), 'kid');
  assert.equal(await verify(second), 'verified');
});

test('without fetches a removed key ends at the maximum age', async (t) => {
  const { server, time, verify } = await scene(t);
  assert.equal(await verify(first), 'verified');
  server.lies.push(...Array(99).fill((response) => response.writeHead(500).end()));
  time.advance(599_999);
  assert.equal(await verify(first), 'verified');
  time.advance(1);
  assert.equal(await verify(first), 'unavailable');
});

test('an invalidation takes a revoked key away at once', async (t) => {
  const { server, keyResolver, verify } = await scene(t);
  assert.equal(await verify(first), 'verified');
  server.keys = [publicJwkOf(second)];
  keyResolver.invalidate(server.issuer);
  assert.equal(await verify(first), 'kid');
  assert.equal(await verify(second), 'verified');
});

test('unknown kids neither flood the issuer nor stop others', async (t) => {
  const { server, verify } = await scene(t);
  assert.equal(await verify(first), 'verified');
  const flood = await Promise.all(
    Array.from({ length: 50 }, (_, n) => verify(keyPair(9, `unknown-${n}`))),
  );
  assert.deepEqual(new Set(flood), new Set(['kid']));
  assert.equal(await verify(first), 'verified');
  assert.ok(server.requests.length <= 2);
});
