import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { createEnvelope, EnvelopeError, PublicKey, SecretKey, verifyEnvelope } from 'callgate';
import { random, vectors } from './vectors.mjs';

const NOW = Date.UTC(2026, 1, 17, 14, 32, 1, 583);
const CALL = {
  jsonrpc: '2.0',
  id: 'req-1',
  method: 'tools/call',
  params: { name: 'fs.read', arguments: { path: '/workspace/a' } },
};
const key = SecretKey.generate();

for (const list of ['envelopes', 'sdk']) {
  test(`envelope.json, ${list}: every envelope gives its payload, or is refused at its place`, () => {
    for (const vector of vectors('envelope')[list]) {
      const wire = vector.wire ?? Buffer.from(vector.wire_base64, 'base64');
      const verify = () => verifyEnvelope(wire, PublicKey.fromBase64(vector.public_key));
      if (vector.payload === undefined) {
        assert.throws(verify, (error) => {
          assert.ok(error instanceof EnvelopeError, `${vector.name}: ${error}`);
          assert.equal(error.codeName, vector.code, vector.name);
          if (vector.where !== undefined) assert.equal(error.where, vector.where, vector.name);
          return true;
        });
        continue;
      }
      const envelope = verify();
      assert.equal(envelope.payload, vector.payload, vector.name);
      if (list === 'sdk') continue;
      assert.equal(envelope.timestamp.getTime(), vector.timestamp_ms, vector.name);
      assert.equal(envelope.protocol, vector.protocol, vector.name);
      assert.equal(envelope.securityToken, vector.security_token, vector.name);
    }
  });
}

test('envelope.json, messages: what is signed is the canonical message', () => {
  for (const vector of vectors('envelope').messages) {
    const test1 = SecretKey.fromBytes(Buffer.from(vectors('keys').keys[0].seed_hex, 'hex'));
    const wire = createEnvelope(vector.payload, vector.security_token, test1, {
      now: vector.timestamp_seconds * 1000,
    });
    assert.equal(JSON.parse(wire).signature, vector.signature, vector.name);
    const signature = Buffer.from(vector.signature, 'base64');
    assert.ok(test1.publicKey.verify(signature, vector.message), vector.name);
  }
});

test("Node's crypto verifies what createEnvelope signs", () => {
  const wire = JSON.parse(createEnvelope(CALL, 'a.b.c', key, { now: NOW }));
  const message =
    '{"payload":{"id":"req-1","jsonrpc":"2.0","method":"tools/call","params":{"arguments":' +
    '{"path":"/workspace/a"},"name":"fs.read"}},"security_token":"a.b.c",' +
    `"timestamp":${Math.floor(NOW / 1000)}}`;
  const publicKey = crypto.createPublicKey({ key: key.publicKey.toJwk(), format: 'jwk' });
  const signature = Buffer.from(wire.signature, 'base64');
  assert.ok(crypto.verify(null, Buffer.from(message), publicKey, signature));
  assert.equal(wire.timestamp, '2026-02-17T14:32:01.583Z');
  assert.equal(wire.protocol, 'smcp/v1');
});

test('an envelope comes back as it was made, in both generations', () => {
  for (const protocol of ['smcp/v1', 'seal/v1']) {
    const wire = createEnvelope(CALL, 'a.b.c', key, { now: new Date(NOW), protocol });
    for (const data of [wire, Buffer.from(wire).toString()]) {
      const envelope = verifyEnvelope(data, key.publicKey);
      assert.deepEqual(JSON.parse(envelope.payload), CALL);
      assert.equal(envelope.timestamp.getTime(), NOW);
      assert.equal(envelope.securityToken, 'a.b.c');
      assert.equal(envelope.protocol, protocol);
      assert.ok(Object.isFrozen(envelope));
    }
  }
});

test('digits of a payload that is JSON text stay as they are', () => {
  const text = '{"id":12345678901234567890,"x":[1.50,1e2]}';
  const wire = createEnvelope(text, 'a.b.c', key);
  assert.equal(verifyEnvelope(wire, key.publicKey).payload, text);
});

test('another key, and any changed byte, are refused or change nothing that counts', () => {
  const wire = Buffer.from(createEnvelope(CALL, 'a.b.c', key, { now: NOW }));
  const good = verifyEnvelope(wire, key.publicKey);
  assert.throws(() => verifyEnvelope(wire, SecretKey.generate().publicKey), {
    name: 'EnvelopeError',
    codeName: 'INVALID_SIGNATURE',
    code: 1001,
  });
  const next = random(7);
  let refused = 0;
  for (let i = 0; i < wire.length; i++) {
    const changed = Buffer.from(wire);
    changed[i] ^= 1 + Math.floor(next() * 255);
    try {
      const envelope = verifyEnvelope(changed, key.publicKey);
      assert.equal(envelope.payload, good.payload);
      assert.equal(envelope.securityToken, good.securityToken);
    } catch (error) {
      assert.ok(error instanceof EnvelopeError, error);
      refused++;
    }
  }
  assert.ok(refused > wire.length * 0.9, `${refused} of ${wire.length}`);
});

test('wrong types raise TypeError, and values that JSON does not have are not signed', () => {
  for (const call of [
    () => createEnvelope(5, 'a.b.c', key),
    () => createEnvelope({ ...CALL, extra: undefined }, 'a.b.c', key),
    () => createEnvelope({ ...CALL, at: new Date() }, 'a.b.c', key),
    () => createEnvelope({ ...CALL, toJSON: () => 1 }, 'a.b.c', key),
    () => createEnvelope(CALL, 5, key),
    () => createEnvelope(CALL, 'a.b.c', key.publicKey),
    () => createEnvelope(CALL, 'a.b.c', key, { protocol: 'smcp/v2' }),
    () => createEnvelope(CALL, 'a.b.c', key, { time: 5 }),
    () => verifyEnvelope({}, key.publicKey),
    () => verifyEnvelope('{}', key),
    () => verifyEnvelope('{}', key.publicKey.toBytes()),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
});
