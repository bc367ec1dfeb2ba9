// What the addon holds for attestation goes with its objects, and worker threads do not meet in it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InMemoryReplayCache, readAttestedMessage } from 'callgate/attestation';
import { boundToken, NOW, token, verifier } from './setup.mjs';
import { growth } from '../resident.mjs';

const now = NOW;

test('100,000 results are freed when they are dropped', async () => {
  const server = verifier();
  const used = await token();
  const grown = await growth(20, async () => {
    for (let i = 0; i < 5000; i++) await server.verify(used, { now });
  });
  assert.ok(grown < 24, `${grown} MB remain`);
});

test('verifiers and their caches are freed when they are dropped', async () => {
  const used = await token();
  const grown = await growth(20, async () => {
    for (let i = 0; i < 20; i++) {
      const server = verifier({ replayCache: new InMemoryReplayCache() });
      await server.verify(used, { now });
      server.setTrustedIssuers([]);
    }
  });
  assert.ok(grown < 24, `${grown} MB remain`);
});

test('messages of 200 kB are freed when they are dropped', async () => {
  const carrier = { 'dev.callgate/agent-attestation': { token: 'a'.repeat(200_000) } };
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { _meta: carrier } });
  const grown = await growth(20, async () => {
    for (let i = 0; i < 20; i++) readAttestedMessage(text);
  });
  assert.ok(grown < 24, `${grown} MB remain`);
});

const run = (body, workerData) =>
  new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const { SecretKey } = require('callgate');
     const attestation = require('callgate/attestation');
     (async () => { ${body} })();`,
    { eval: true, workerData },
  );

const SCENE = `
  const issuer = 'https://issuer.example', audience = 'https://server.example';
  const identity = attestation.createAgentIdentity('claude-4', 'claude-sonnet-4', 'anthropic');
  const keyPair = await attestation.generateEd25519KeyPair('key-1');
  const provider = new attestation.AttestationProvider({ issuer, keyPair });
  const trustedIssuers = [{ issuer, keys: { 'key-1': keyPair.publicKey } }];
  const server = new attestation.AttestationVerifier({ trustedIssuers, audience });`;

test('verifiers in four workers each take a token once', async () => {
  const workers = Array.from({ length: 4 }, () =>
    run(`${SCENE}
      const counts = {};
      for (let i = 0; i < 100; i++) {
        const token = await provider.createToken({ identity, audience });
        for (let again = 0; again < 2; again++) {
          const { reason } = await server.verify(token);
          counts[reason] = (counts[reason] ?? 0) + 1;
        }
      }
      parentPort.postMessage(counts);`),
  );
  const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [counts] of answers) assert.deepEqual(counts, { null: 100, replay: 100 });
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('a worker that is terminated does not end the process', async () => {
  const sent = { bound: await boundToken() };
  const work = [
    'await provider.createToken({ identity, audience });',
    'await server.verify(await provider.createToken({ identity, audience }));',
    '(await server.verify(workerData.bound)).claims;',
    'server.setTrustedIssuers(trustedIssuers);',
    `attestation.readAttestedMessage('{"jsonrpc":"2.0","id":1,"method":"ping"}').requestHash;`,
    'new attestation.AttestationVerifier({ trustedIssuers, audience });',
  ];
  for (let i = 0; i < 18; i++) {
    const worker = run(
      `${SCENE}
      parentPort.postMessage('started');
      for (;;) { ${work[i % work.length]} }`,
      sent,
    );
    await once(worker, 'message');
    await worker.terminate();
  }
  assert.equal((await verifier().verify(await token(), { now })).verified, true);
});

test('a native function throws for what is no handle', () => {
  const index = fileURLToPath(import.meta.resolve('callgate'));
  const addon = createRequire(index)('node-gyp-build')(dirname(dirname(index)));
  for (const nothing of [undefined, null, {}, 'handle']) {
    assert.throws(() => addon.attestationVerify(nothing, 'a.b.c', NOW), TypeError);
    assert.throws(() => addon.attestationVerifyMessage(nothing, nothing, NOW), TypeError);
    assert.throws(() => addon.attestationVerdictDetails(nothing), TypeError);
    assert.throws(() => addon.attestationVerdictClaim(nothing), TypeError);
    assert.throws(() => addon.attestationRefuse(nothing, 'replay'), TypeError);
    assert.throws(() => addon.attestationSetTrust(nothing, nothing), TypeError);
    assert.throws(() => addon.seenSize(nothing), TypeError);
    assert.throws(() => addon.issueAttestation('{}', nothing, NOW, 'a', 300), TypeError);
  }
});
