// The envelope functions and their keys, under the names of the published SDKs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { createEnvelope, EnvelopeError, KeyFormatError, SecretKey, verifyEd25519 } from 'callgate';
import {
  ClientClosed,
  createCanonicalMessage,
  createSealEnvelope,
  createSmcpEnvelope,
  Ed25519Key,
  PayloadError,
  SEALError,
  VerificationError,
  verifySealEnvelope,
  verifySmcpEnvelope,
} from 'callgate/smcp';
import { label, rejection } from './setup.mjs';

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl';
const PAYLOAD = { jsonrpc: '2.0', id: 1, method: 'test' };
const protocols = {
  'smcp/v1': { create: createSmcpEnvelope, verify: verifySmcpEnvelope, stale: 1004 },
  'seal/v1': { create: createSealEnvelope, verify: verifySealEnvelope, stale: 1003 },
};
const key = await Ed25519Key.generate();
const publicKey = key.getPublicKeyBytes();

for (const [protocol, { create, verify, stale }] of Object.entries(protocols)) {
  test(`${protocol}: what is created verifies, as object, text and bytes`, async () => {
    const envelope = await create(TOKEN, PAYLOAD, key);
    assert.deepEqual(Object.keys(envelope), [
      'protocol',
      'security_token',
      'signature',
      'payload',
      'timestamp',
    ]);
    assert.equal(envelope.protocol, protocol);
    const text = JSON.stringify(envelope);
    for (const form of [envelope, text, Buffer.from(text)]) {
      assert.deepEqual(await verify(form, publicKey), PAYLOAD);
    }
  });

  for (const [change, name, code] of [
    [{ payload: { ...PAYLOAD, id: 2 } }, 'INVALID_SIGNATURE', 1001],
    [{ security_token: 'a.b.c' }, 'INVALID_SIGNATURE', 1001],
    [{ timestamp: '2026-02-17T14:32:01Z' }, 'INVALID_SIGNATURE', 1001],
    [{ timestamp: 'yesterday' }, 'INVALID_ENVELOPE', 1000],
    [{ signature: 'short' }, 'INVALID_ENVELOPE', 1000],
    [{ signature: null }, 'INVALID_ENVELOPE', 1000],
    [{ signature: undefined }, 'INVALID_ENVELOPE', 1000],
    [{ extra: 1 }, 'INVALID_ENVELOPE', 1000],
    [{ protocol: 'smcp/v2' }, 'INVALID_ENVELOPE', 1000],
    [{ payload: 'text' }, 'INVALID_ENVELOPE', 1000],
    [{ payload: 1n }, 'INVALID_ENVELOPE', 1000],
  ]) {
    test(`${protocol}: what was changed does not: ${label(change)}`, async () => {
      const envelope = { ...(await create(TOKEN, PAYLOAD, key)), ...change };
      const error = await rejection(verify(envelope, publicKey));
      assert.ok(error instanceof VerificationError && error instanceof SEALError);
      assert.deepEqual([error.codeName, error.code, error.statusCode], [name, code, code]);
    });
  }

  for (const nothing of [undefined, null, 7, [], 'text', '\ud800', new Map()]) {
    test(`${protocol}: this is no envelope: ${label(nothing)}`, async () => {
      const error = await rejection(verify(nothing, publicKey));
      assert.ok(error instanceof VerificationError);
      assert.equal(error.codeName, 'INVALID_ENVELOPE');
    });
  }

  test(`${protocol}: an old envelope is refused with the number of its era`, async () => {
    const secret = SecretKey.generate();
    const mine = secret.publicKey.toBytes();
    const made = (ago) =>
      createEnvelope(PAYLOAD, TOKEN, secret, { now: Date.now() - ago * 1000, protocol });
    assert.deepEqual(await verify(made(20), mine), PAYLOAD);
    assert.deepEqual(await verify(made(40), mine, 60), PAYLOAD);
    for (const [envelope, age] of [
      [made(31), undefined],
      [made(-31), undefined],
      [made(5), 1],
      [made(0), NaN],
      [made(0), '30'],
      [made(0), -1],
    ]) {
      const error = await rejection(verify(envelope, mine, age));
      assert.deepEqual([error.codeName, error.code], ['REPLAY_DETECTED', stale]);
    }
  });

  for (const bad of [new Uint8Array(), new Uint8Array(32), new Uint8Array(31), 'text', undefined]) {
    test(`${protocol}: this is no key, or a weak one: ${label(bad)}`, async () => {
      const envelope = await create(TOKEN, PAYLOAD, key);
      const error = await rejection(verify(envelope, bad));
      assert.equal(error.codeName, 'KEY_REFUSED');
    });
  }

  for (const payload of [{}, { ...PAYLOAD, id: null }, { ...PAYLOAD, params: 1 }]) {
    test(`${protocol}: this is no JSON-RPC request: ${label(payload)}`, async () => {
      const error = await rejection(verify(await create(TOKEN, payload, key), publicKey));
      assert.equal(error.codeName, 'INVALID_ENVELOPE');
    });
  }
}

for (const [protocol, { create, verify }] of Object.entries(protocols)) {
  const expected = `Missing or invalid 'protocol' field. Expected '${protocol}'.`;
  for (const [change, message] of [
    [{ protocol: undefined }, expected],
    [{ protocol: 'smcp/v2' }, expected],
    [{ protocol: protocol === 'smcp/v1' ? 'seal/v1' : 'smcp/v1' }, expected],
    [{ security_token: undefined }, "Missing or invalid 'security_token' field."],
    [{ security_token: '' }, "Missing or invalid 'security_token' field."],
    [{ signature: undefined }, "Missing or invalid 'signature' field."],
    [{ signature: 7 }, "Missing or invalid 'signature' field."],
    [{ signature: '!' }, "Invalid base64 encoding for 'signature'."],
    [{ payload: undefined }, "Missing or invalid 'payload' field."],
    [{ payload: 'text' }, "Missing or invalid 'payload' field."],
    [{ timestamp: undefined }, "Missing or invalid 'timestamp' field."],
    [{ timestamp: true }, "Missing or invalid 'timestamp' field."],
    [{ timestamp: 'yesterday' }, "Invalid 'timestamp' format. Expected ISO 8601."],
    [{ security_token: 'a.b.c' }, 'Ed25519 signature verification failed.'],
    [
      { payload: { ...PAYLOAD, params: { x: 1n } } },
      'Failed to construct canonical message: /payload/params/x is a bigint: pass a number, or a string of its digits',
    ],
  ]) {
    test(`${protocol}: published message, ${label(change).slice(0, 30)}`, async () => {
      const envelope = { ...(await create(TOKEN, PAYLOAD, key)), ...change };
      assert.equal((await rejection(verify(envelope, publicKey))).message, message);
    });
  }

  test(`${protocol}: published message, what is no envelope`, async () => {
    for (const nothing of [undefined, null, 7, [], '[]', '7', Buffer.from('null')]) {
      const { message } = await rejection(verify(nothing, publicKey));
      assert.equal(message, 'Missing or invalid envelope object.');
    }
  });

  test(`${protocol}: published message, a payload that is no request`, async () => {
    const { message } = await rejection(verify(await create(TOKEN, {}, key), publicKey));
    assert.equal(message, "Missing or invalid 'payload' field.");
  });

  test(`${protocol}: published message, another key and none`, async () => {
    const envelope = await create(TOKEN, PAYLOAD, key);
    const other = SecretKey.generate().publicKey.toBytes();
    const wrong = await rejection(verify(envelope, other));
    assert.equal(wrong.message, 'Ed25519 signature verification failed.');
    const none = await rejection(verify(envelope, new Uint8Array(31)));
    const expected = 'Invalid Ed25519 public key bytes provided by server configuration.';
    assert.equal(none.message, expected);
    assert.ok(none.cause instanceof KeyFormatError);
  });

  test(`${protocol}: published message, an age and its window`, async () => {
    const secret = SecretKey.generate();
    const now = Date.now() - 40_000;
    const envelope = createEnvelope(PAYLOAD, TOKEN, secret, { now, protocol });
    for (const [age, shown] of [
      [undefined, '30'],
      [10, '10'],
      [0.5, '0.5'],
    ]) {
      const { message } = await rejection(verify(envelope, secret.publicKey.toBytes(), age));
      assert.equal(message, `Envelope timestamp is outside the allowed ±${shown}s window.`);
    }
  });

  test(`${protocol}: the cause is the engine’s, which says more`, async () => {
    const { cause } = await rejection(verify({ protocol, security_token: 'a.b.c' }, publicKey));
    assert.ok(cause instanceof EnvelopeError);
    assert.equal(cause.message, '/signature: signature is required');
  });

  test(`${protocol}: other checks have the engine’s message`, async () => {
    const envelope = { ...(await create(TOKEN, PAYLOAD, key)), extra: 1 };
    const { message } = await rejection(verify(envelope, publicKey));
    assert.match(message, /^an envelope has no members but payload/);
    assert.match((await rejection(verify('{', publicKey))).message, /^byte 1: expected/);
  });
}

test('an envelope of the other protocol is refused', async () => {
  const smcp = await createSmcpEnvelope(TOKEN, PAYLOAD, key);
  const seal = await createSealEnvelope(TOKEN, PAYLOAD, key);
  for (const refused of [
    verifySmcpEnvelope(seal, publicKey),
    verifySealEnvelope(smcp, publicKey),
  ]) {
    assert.equal((await rejection(refused)).codeName, 'INVALID_ENVELOPE');
  }
});

test('the payload of an envelope is what was signed', async () => {
  const params = { a: 1.0, b: -0, c: 1e20, d: 0.1, e: undefined, f: new Date(0) };
  const envelope = await createSmcpEnvelope(TOKEN, { ...PAYLOAD, params }, key);
  const written = '{"a":1,"b":0,"c":100000000000000000000,"d":0.1,"f":"1970-01-01T00:00:00.000Z"}';
  assert.equal(JSON.stringify(envelope.payload.params), written);
  assert.ok(await verifySmcpEnvelope(JSON.stringify(envelope), publicKey));
});

test('the canonical message is the documented one', () => {
  const message = createCanonicalMessage(TOKEN, PAYLOAD, 1771338721);
  assert.equal(
    Buffer.from(message).toString(),
    `{"payload":{"id":1,"jsonrpc":"2.0","method":"test"},"security_token":"${TOKEN}","timestamp":1771338721}`,
  );
});

test('a hand-made envelope over the canonical message verifies', async () => {
  const now = Math.floor(Date.now() / 1000);
  const params = { x: 1, tiny: 1e-7, huge: 1e300, 'é😀\uffff': ['\u2028"\\/\u0001', null, true] };
  const payload = { ...PAYLOAD, params };
  const envelope = {
    protocol: 'smcp/v1',
    security_token: TOKEN,
    signature: await key.signBase64(createCanonicalMessage(TOKEN, payload, now)),
    payload,
    timestamp: new Date(now * 1000 + 123).toISOString(),
  };
  assert.deepEqual(await verifySmcpEnvelope(JSON.stringify(envelope), publicKey), payload);
});

for (const payload of [{ x: NaN }, { x: 1n }, { x: '\udc00' }, { x: new Map() }, null, [], '{}']) {
  test(`what JSON does not have is not signed: ${label(payload)}`, async () => {
    assert.ok((await rejection(createSmcpEnvelope(TOKEN, payload, key))) instanceof PayloadError);
    assert.throws(() => createCanonicalMessage(TOKEN, payload, 1), PayloadError);
  });
}

for (const [token, timestamp] of [
  [7, 1],
  ['\ud800', 1],
  ['a.b.c', 1.5],
  ['a.b.c', '1'],
  ['a.b.c', NaN],
]) {
  test(`no canonical message of ${label(token)} at ${label(timestamp)}`, () => {
    assert.throws(() => createCanonicalMessage(token, PAYLOAD, timestamp), PayloadError);
  });
}

test('deep payloads are refused', async () => {
  let deep = {};
  for (let i = 0; i < 5000; i++) deep = { x: deep };
  assert.ok((await rejection(createSmcpEnvelope(TOKEN, deep, key))) instanceof PayloadError);
});

test('a key signs as everybody does', async () => {
  const signature = await key.sign('message');
  assert.ok(verifyEd25519(publicKey, signature, Buffer.from('message')));
  assert.equal(await key.signBase64('message'), Buffer.from(signature).toString('base64'));
  assert.equal(Buffer.from(publicKey).toString('base64'), key.getPublicKeyBase64());
});

test('a key can come from elsewhere', async () => {
  const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
  const secret = SecretKey.fromBytes(seed);
  for (const source of [seed, secret]) {
    assert.deepEqual(Ed25519Key.from(source).getPublicKeyBytes(), secret.publicKey.toBytes());
  }
  assert.throws(() => Ed25519Key.from(new Uint8Array(31)), KeyFormatError);
  assert.throws(() => Ed25519Key.from('text'), /^TypeError: key must be a SecretKey or/);
  assert.throws(() => new Ed25519Key(), TypeError);
});

test('an erased key does nothing more', async () => {
  const mine = await Ed25519Key.generate();
  const bytes = mine.getPublicKeyBytes();
  mine.erase();
  mine[Symbol.dispose]();
  for (const use of [
    mine.sign('x'),
    mine.signBase64('x'),
    createSmcpEnvelope(TOKEN, PAYLOAD, mine),
  ]) {
    assert.ok((await rejection(use)) instanceof ClientClosed);
  }
  assert.deepEqual(mine.getPublicKeyBytes(), bytes);
  bytes.fill(0);
  assert.notDeepEqual(mine.getPublicKeyBytes(), bytes);
});

test('a key is neither printed, written nor cloned', () => {
  const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
  const mine = Ed25519Key.from(seed);
  const shown = inspect(mine, { depth: 10, showHidden: true });
  assert.match(shown, /^Ed25519Key \{ publicKey: '/);
  assert.throws(() => JSON.stringify({ mine }), TypeError);
  assert.throws(() => structuredClone(mine), { name: 'DataCloneError' });
});
