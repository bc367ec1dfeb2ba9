import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import v8 from 'node:v8';
import { MessageChannel } from 'node:worker_threads';
import { SecretKey } from 'callgate';

function exports(key) {
  const { d } = key.toJwk();
  return [
    d,
    Buffer.from(key.toBytes()).toString('hex'),
    Buffer.from(key.toBytes()).toString('base64'),
  ];
}

test('a secret key prints as its public thumbprint and shows nothing else', () => {
  const key = SecretKey.generate();
  const shown = [
    inspect(key, { showHidden: true, depth: null }),
    inspect(key, { customInspect: false, showHidden: true, depth: null }),
    String(key),
    inspect({ nested: [key] }, { depth: null }),
    Object.entries(key).flat().join(),
  ].join('\n');
  assert.ok(shown.includes(key.publicKey.thumbprint));
  for (const secret of exports(key)) assert.ok(!shown.includes(secret));
});

test('a secret key is not written as JSON', () => {
  const key = SecretKey.generate();
  assert.throws(() => JSON.stringify(key), TypeError);
  assert.throws(() => JSON.stringify({ deep: [key] }), TypeError);
});

test('a secret key is neither cloned, serialized nor posted', () => {
  const key = SecretKey.generate();
  const { port1, port2 } = new MessageChannel();
  try {
    assert.throws(() => structuredClone(key), { name: 'DataCloneError' });
    assert.throws(() => structuredClone([{ key }]), { name: 'DataCloneError' });
    assert.throws(() => port1.postMessage(key), { name: 'DataCloneError' });
    assert.throws(() => v8.serialize(key), /could not be cloned/);
  } finally {
    port1.close();
    port2.close();
  }
});

test('after close every use throws, but close and closed', () => {
  const key = SecretKey.generate();
  assert.equal(key.closed, false);
  key.close();
  assert.equal(key.closed, true);
  key.close();
  assert.equal(inspect(key), 'SecretKey { closed: true }');
  for (const use of [
    () => key.sign('m'),
    () => key.publicKey,
    () => key.toBytes(),
    () => key.toJwk(),
    () => key.toPem(),
  ]) {
    assert.throws(use, { name: 'TypeError', message: 'the SecretKey is closed' });
  }
});

test('Symbol.dispose closes, and the public key outlives the secret one', () => {
  const key = SecretKey.generate();
  const publicKey = key.publicKey;
  const signature = key.sign('m');
  key[Symbol.dispose]();
  assert.ok(key.closed);
  assert.ok(publicKey.verify(signature, 'm'));
});

test('generated keys differ', () => {
  const seen = new Set(Array.from({ length: 50 }, () => SecretKey.generate().publicKey.thumbprint));
  assert.equal(seen.size, 50);
});
