import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { KeyFormatError, PublicKey, SecretKey, verifyEd25519 } from 'callgate';
import * as jose from 'jose';
import { vectors } from './vectors.mjs';

const hex = (text) => Buffer.from(text, 'hex');
const toHex = (bytes) => Buffer.from(bytes).toString('hex');
const importers = {
  false: {
    bytes: (text) => PublicKey.fromBytes(hex(text)),
    base64: PublicKey.fromBase64,
    jwk: PublicKey.fromJwk,
    pem: PublicKey.fromPem,
  },
  true: {
    bytes: (text) => SecretKey.fromBytes(hex(text)),
    jwk: SecretKey.fromJwk,
    pem: SecretKey.fromPem,
  },
};

test('keys.json: a seed exports to all forms, and each imports to the same key', () => {
  for (const vector of vectors('keys').keys) {
    const secret = SecretKey.fromBytes(hex(vector.seed_hex));
    const key = secret.publicKey;
    assert.equal(toHex(key.toBytes()), vector.public_hex);
    assert.equal(key.toBase64(), vector.public_base64);
    assert.deepEqual(key.toJwk(), JSON.parse(vector.public_jwk));
    assert.equal(key.toPem(), vector.public_pem);
    assert.equal(key.thumbprint, vector.thumbprint);
    assert.equal(toHex(secret.toBytes()), vector.seed_hex);
    assert.deepEqual(secret.toJwk(), JSON.parse(vector.private_jwk));
    assert.equal(secret.toPem(), vector.private_pem);

    for (const same of [
      PublicKey.fromBytes(hex(vector.public_hex)),
      PublicKey.fromBase64(vector.public_base64),
      PublicKey.fromJwk(vector.public_jwk),
      PublicKey.fromJwk(JSON.parse(vector.public_jwk)),
      PublicKey.fromJwk(Buffer.from(vector.public_jwk)),
      PublicKey.fromPem(vector.public_pem),
      SecretKey.fromJwk(vector.private_jwk).publicKey,
      SecretKey.fromJwk(JSON.parse(vector.private_jwk)).publicKey,
      SecretKey.fromPem(vector.private_pem).publicKey,
      SecretKey.fromPem(Buffer.from(vector.private_pem)).publicKey,
    ]) {
      assert.ok(same.equals(key));
    }
  }
});

test('keys.json: other spellings of a key are accepted', () => {
  for (const { name, form, private: secret, text, public_hex } of vectors('keys').accepted) {
    const key = importers[secret][form](text);
    assert.equal(toHex((secret ? key.publicKey : key).toBytes()), public_hex, name);
  }
});

test('keys.json: malformed and weak keys are refused without being repeated', () => {
  for (const { name, form, private: secret, text } of vectors('keys').refused) {
    assert.throws(
      () => importers[secret][form](text),
      (error) => {
        assert.ok(error instanceof KeyFormatError, `${name}: ${error}`);
        assert.equal(error.codeName, 'KEY_REFUSED', name);
        assert.ok(text.length < 16 || !error.message.includes(text), name);
        return true;
      },
      name,
    );
  }
});

test('keys.json: verification is strict', () => {
  for (const vector of vectors('keys').signatures) {
    const key = hex(vector.public_hex);
    const signature = hex(vector.signature_hex);
    const message = hex(vector.message_hex);
    assert.equal(verifyEd25519(key, signature, message), vector.valid, vector.name);
    let imported;
    try {
      imported = PublicKey.fromBytes(key);
    } catch {
      assert.equal(vector.valid, false, vector.name);
      continue;
    }
    assert.equal(imported.verify(signature, message), vector.valid, vector.name);
    assert.equal(verifyEd25519(imported, signature, message), vector.valid, vector.name);
  }
});

test("signatures and keys are exchanged both ways with Node's crypto", () => {
  const message = Buffer.from('a message');
  const ours = SecretKey.generate();
  const theirsOfOurs = crypto.createPrivateKey(ours.toPem());
  assert.deepEqual(
    crypto
      .createPublicKey({ key: ours.publicKey.toJwk(), format: 'jwk' })
      .export({ format: 'jwk' }),
    { ...ours.publicKey.toJwk() },
  );
  // Ed25519 is deterministic, so both make the same signature.
  assert.equal(toHex(ours.sign(message)), toHex(crypto.sign(null, message, theirsOfOurs)));

  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  const imported = SecretKey.fromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const key = PublicKey.fromPem(publicKey.export({ type: 'spki', format: 'pem' }));
  assert.ok(imported.publicKey.equals(key));
  assert.ok(SecretKey.fromJwk(privateKey.export({ format: 'jwk' })).publicKey.equals(key));
  assert.ok(key.verify(crypto.sign(null, message, privateKey), message));
  assert.ok(crypto.verify(null, message, publicKey, imported.sign(message)));
  assert.ok(!key.verify(crypto.sign(null, message, theirsOfOurs), message));
});

test('keys and thumbprints are exchanged both ways with jose', async () => {
  const ours = SecretKey.generate();
  const jwk = ours.publicKey.toJwk();
  assert.equal(await jose.calculateJwkThumbprint(jwk), ours.publicKey.thumbprint);
  const theirs = await jose.importJWK(ours.toJwk(), 'EdDSA');
  const token = await new jose.SignJWT({ a: 1 }).setProtectedHeader({ alg: 'EdDSA' }).sign(theirs);
  const [header, payload, signature] = token.split('.');
  assert.ok(ours.publicKey.verify(Buffer.from(signature, 'base64url'), `${header}.${payload}`));

  const pair = await jose.generateKeyPair('EdDSA', { extractable: true });
  const key = PublicKey.fromJwk(await jose.exportJWK(pair.publicKey));
  assert.ok(SecretKey.fromPem(await jose.exportPKCS8(pair.privateKey)).publicKey.equals(key));
  assert.equal(await jose.exportSPKI(pair.publicKey), key.toPem().trimEnd());
});

test('a message may be a string, which stands for its UTF-8', () => {
  const key = SecretKey.generate();
  const signature = key.sign('héllo 😀');
  assert.ok(key.publicKey.verify(signature, Buffer.from('héllo 😀')));
  assert.ok(verifyEd25519(key.publicKey.toBytes(), signature, 'héllo 😀'));
  assert.ok(!key.publicKey.verify(signature, 'hello'));
  assert.ok(!key.publicKey.verify(signature.subarray(1), 'héllo 😀'));
});

test('a public key prints as its thumbprint, and as JSON it is its JWK', () => {
  const key = SecretKey.generate().publicKey;
  assert.equal(inspect(key), `PublicKey { thumbprint: '${key.thumbprint}' }`);
  assert.deepEqual(JSON.parse(JSON.stringify(key)), key.toJwk());
});

test('wrong types raise TypeError before native code', () => {
  const secret = SecretKey.generate();
  const key = secret.publicKey;
  const signature = new Uint8Array(64);
  for (const call of [
    () => PublicKey.fromBytes('text'),
    () => PublicKey.fromBytes([1, 2]),
    () => PublicKey.fromBase64(Buffer.from('a')),
    () => PublicKey.fromJwk(7),
    () => PublicKey.fromJwk(null),
    () => PublicKey.fromJwk({ kty: 'OKP', crv: 'Ed25519', x: undefined }),
    () => PublicKey.fromPem({}),
    () => new PublicKey(),
    () => new PublicKey({}),
    () => new SecretKey(),
    () => key.verify('signature', 'message'),
    () => key.verify(signature, 5),
    () => key.verify(signature, 'lone \ud800'),
    () => key.equals({}),
    () => verifyEd25519({}, signature, 'm'),
    () => verifyEd25519('key', signature, 'm'),
    () => PublicKey.prototype.verify.call({}, signature, 'm'),
    () => Object.create(key).toBytes(),
    () => SecretKey.fromBytes('text'),
    () => SecretKey.fromJwk([undefined]),
    () => secret.sign({}),
    () => secret.sign(),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
});
