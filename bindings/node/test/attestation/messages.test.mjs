// Messages, and proofs that their sender holds the token's key.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallgateError, canonicalize, KeyFormatError } from 'callgate';
import {
  ATTESTATION_CAPABILITY_KEY,
  ATTESTATION_EXTENSION_ID,
  attestationRequestHash,
  createRequestProof,
  readAttestedMessage,
} from 'callgate/attestation';
import {
  agentKey,
  boundToken,
  keyPair,
  NOW,
  refused,
  said,
  SERVER,
  token,
  VERIFIED,
  verifier,
} from './setup.mjs';

const now = NOW;
const VERSION = 'io.modelcontextprotocol/protocolVersion';

/** A modern request, with token and proof in its place. */
function request(params, carrier, { id = 1, method = 'tools/call' } = {}) {
  const _meta = { [VERSION]: '2026-07-28', ...params._meta };
  if (carrier !== undefined) _meta[ATTESTATION_EXTENSION_ID] = carrier;
  return JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } });
}

async function proofFor(bound, params, given = {}) {
  const meta = { [VERSION]: '2026-07-28', ...params._meta };
  return createRequestProof({
    token: bound,
    audience: SERVER,
    method: 'tools/call',
    requestHash: attestationRequestHash({ ...params, _meta: meta }),
    key: agentKey.privateKey,
    now,
    ...given,
  });
}

const params = { name: 'fs.read', arguments: { path: '/a' } };

async function attested(given = {}) {
  const bound = await boundToken();
  return {
    bound,
    text: request(params, { token: bound, proof: await proofFor(bound, params, given) }),
  };
}

const judge = (server, text, at = now) =>
  server.verifyMessage(readAttestedMessage(text), { now: at });

test('a message is read with its carrier', async () => {
  const message = readAttestedMessage(request(params, { token: 'a.b.c', proof: 'd.e.f' }));
  const { kind, id, method, era, token: sent, proof, carrierFault, unhashable } = message;
  assert.deepEqual(
    { kind, id, method, era, sent, proof, carrierFault, unhashable },
    {
      kind: 'request',
      id: '1',
      method: 'tools/call',
      era: 'modern',
      sent: 'a.b.c',
      proof: 'd.e.f',
      carrierFault: null,
      unhashable: null,
    },
  );
  assert.ok(Object.isFrozen(message) && !inspect(message).includes('a.b.c'));
});

test('the request hash is of everything in params but the carrier', async () => {
  const message = readAttestedMessage(request(params, { token: 'a.b.c' }));
  const bound = canonicalize(JSON.stringify({ ...params, _meta: { [VERSION]: '2026-07-28' } }));
  const expected = createHash('sha256').update(bound).digest();
  assert.deepEqual(Buffer.from(message.requestHash), expected);
  assert.deepEqual(Buffer.from(attestationRequestHash(Buffer.from(bound))), expected);
});

test('absent params are hashed as an empty object', () => {
  const expected = createHash('sha256').update('{}').digest();
  assert.deepEqual(Buffer.from(attestationRequestHash(undefined)), expected);
  assert.deepEqual(Buffer.from(attestationRequestHash({}, 'legacy')), expected);
});

test('in initialize the legacy carrier is left out of the hash', () => {
  const capabilities = {
    experimental: { [ATTESTATION_CAPABILITY_KEY]: { token: 'a' }, other: {} },
  };
  const without = { capabilities: { experimental: { other: {} } } };
  assert.deepEqual(
    attestationRequestHash({ capabilities }, 'legacy'),
    attestationRequestHash(without, 'legacy'),
  );
});

test('a token is used again, each time with another proof', async () => {
  const server = verifier();
  const bound = await boundToken();
  for (let i = 0; i < 3; i++) {
    const proof = await proofFor(bound, params);
    const result = await judge(server, request(params, { token: bound, proof }));
    assert.deepEqual(said(result), VERIFIED);
    assert.equal(result.proven, true);
    assert.equal(result.confirmationThumbprint, agentKey.publicKey.thumbprint);
  }
});

test('a proof is taken once', async () => {
  const server = verifier();
  const { text } = await attested();
  assert.deepEqual(said(await judge(server, text)), VERIFIED);
  assert.deepEqual(said(await judge(server, text)), refused('replay'));
});

test('a proof that was made for another request is refused', async () => {
  const { bound } = await attested();
  const proof = await proofFor(bound, params);
  const carrier = { token: bound, proof };
  for (const [what, text] of [
    ['arguments', request({ ...params, arguments: { path: '/b' } }, carrier)],
    ['tool', request({ ...params, name: 'fs.delete' }, carrier)],
    ['_meta', request({ ...params, _meta: { progressToken: 1 } }, carrier)],
    ['method', request(params, carrier, { method: 'tools/list' })],
    ['token', request(params, { token: await boundToken(), proof })],
  ]) {
    assert.deepEqual(said(await judge(verifier(), text)), refused('proof'), what);
  }
  assert.deepEqual(said(await judge(verifier(), request(params, carrier))), VERIFIED);
});

test('a proof of another key, audience or time is refused', async () => {
  for (const [what, given] of [
    ['key', { key: keyPair(7).privateKey }],
    ['audience', { audience: 'https://other.example' }],
    ['61 s ago', { now: NOW - 61_000 }],
    ['31 s ahead', { now: NOW + 31_000 }],
  ]) {
    const { text } = await attested(given);
    assert.deepEqual(said(await judge(verifier(), text)), refused('proof'), what);
  }
  for (const at of [NOW - 59_000, NOW + 29_000]) {
    const { text } = await attested({ now: at });
    assert.deepEqual(said(await judge(verifier(), text)), VERIFIED);
  }
});

test('a modern request with a token that names no key is refused', async () => {
  const bearer = await token();
  assert.deepEqual(
    said(await judge(verifier(), request(params, { token: bearer }))),
    refused('proof'),
  );
  assert.deepEqual(said(await verifier().verify(bearer, { now, era: 'modern' })), refused('proof'));
  assert.deepEqual(said(await verifier().verify(bearer, { now, era: 'legacy' })), VERIFIED);
});

for (const [carrier, reason] of [
  [undefined, 'not_provided'],
  [null, 'not_provided'],
  [{}, 'not_provided'],
  [{ token: null }, 'not_provided'],
  ['a.b.c', 'malformed'],
  [[], 'malformed'],
  [{ token: 7 }, 'malformed'],
  [{ token: { payload: '' } }, 'malformed'],
  [{ token: '' }, 'malformed'],
]) {
  test(`a carrier ${JSON.stringify(carrier)} is ${reason}`, async () => {
    assert.deepEqual(said(await judge(verifier(), request(params, carrier))), refused(reason));
  });
}

test('initialize carries token and proof in the legacy place', async () => {
  const initialize = (carrier) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 'a',
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: { experimental: { [ATTESTATION_CAPABILITY_KEY]: carrier } },
      },
    });
  const bearer = initialize({ version: '0.1.0', token: await token() });
  assert.equal(readAttestedMessage(bearer).era, 'legacy');
  assert.equal(readAttestedMessage(bearer).id, '"a"');
  assert.deepEqual(said(await judge(verifier(), bearer)), VERIFIED);
  const bound = await boundToken();
  const { params: sent } = JSON.parse(initialize({ version: '0.1.0' }));
  const proof = await createRequestProof({
    token: bound,
    audience: SERVER,
    method: 'initialize',
    requestHash: attestationRequestHash(sent, 'legacy'),
    key: agentKey.privateKey,
    now,
  });
  const proven = initialize({ version: '0.1.0', token: bound, proof });
  assert.deepEqual(said(await judge(verifier(), proven)), VERIFIED);
  const unproven = initialize({ version: '0.1.0', token: bound });
  assert.deepEqual(said(await judge(verifier(), unproven)), refused('proof'));
});

test('numbers that readers disagree about cannot be proven', () => {
  const message = readAttestedMessage(request({ n: 1 }).replace('"n":1', '"n":9007199254740993'));
  assert.equal(message.requestHash, null);
  assert.match(message.unhashable, /^byte 60: .*readers disagree/);
  assert.throws(() => attestationRequestHash('{"n":9007199254740993}'), CallgateError);
});

for (const text of [
  '',
  '{',
  '[]',
  '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
  '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
  '{"jsonrpc":"1.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":7}',
  '{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}',
]) {
  test(`what is no message is refused with its place: ${text}`, () => {
    assert.throws(() => readAttestedMessage(text), CallgateError);
  });
}

test('notifications and responses are told apart', () => {
  const note = readAttestedMessage('{"jsonrpc":"2.0","method":"notifications/progress"}');
  assert.deepEqual(
    [note.kind, note.id, note.method],
    ['notification', null, 'notifications/progress'],
  );
  const response = readAttestedMessage(Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}'));
  assert.deepEqual([response.kind, response.id, response.method], ['response', '1', null]);
});

test('a proof is signed through the hook by the key it names', async () => {
  const bound = await boundToken();
  const { publicKey } = agentKey;
  const signer = { publicKey, sign: async (input) => agentKey.privateKey.sign(input) };
  const proof = await proofFor(bound, params, { key: signer });
  assert.deepEqual(
    said(await judge(verifier(), request(params, { token: bound, proof }))),
    VERIFIED,
  );
  const wrong = { publicKey, sign: (input) => keyPair(7).privateKey.sign(input) };
  await assert.rejects(proofFor(bound, params, { key: wrong }), KeyFormatError);
});

test('arguments are checked', async () => {
  const bound = await boundToken();
  await assert.rejects(proofFor(bound, params, { key: agentKey.publicKey }), TypeError);
  await assert.rejects(proofFor(bound, params, { requestHash: new Uint8Array(31) }), TypeError);
  await assert.rejects(proofFor(bound, params, { audience: '' }), CallgateError);
  await assert.rejects(proofFor(bound, params, { nonce: 'x' }), TypeError);
  await assert.rejects(verifier().verifyMessage({ kind: 'request' }), TypeError);
  assert.throws(() => readAttestedMessage({}), TypeError);
  assert.throws(() => attestationRequestHash({}, 'future'), TypeError);
  assert.throws(() => attestationRequestHash({ a: undefined }), TypeError);
});

test('a token and its proof are verified by their parts as well', async () => {
  const bound = await boundToken();
  const proof = await proofFor(bound, {});
  const requestHash = attestationRequestHash({ _meta: { [VERSION]: '2026-07-28' } });
  const parts = { now, proof, method: 'tools/call', requestHash, era: 'modern' };
  assert.deepEqual(said(await verifier().verify(bound, parts)), VERIFIED);
  const other = { ...parts, method: 'tools/list' };
  assert.deepEqual(said(await verifier().verify(bound, other)), refused('proof'));
});
