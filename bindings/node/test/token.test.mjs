import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import {
  assembleToken,
  CallgateError,
  issueToken,
  PublicKey,
  SecretKey,
  TokenError,
  tokenSigningInput,
  verifyToken,
} from 'callgate';
import * as jose from 'jose';
import { vectors } from './vectors.mjs';

const NOW = Date.UTC(2026, 1, 17, 14, 32, 1, 583);
const CLAIMS = { sub: 'agent-7', scp: 'research-safe' };
const key = SecretKey.generate();
const keys = { a: key.publicKey };

test('token.json: every token gives its claims, or is refused with code and place', () => {
  for (const vector of vectors('token').tokens) {
    const issuers = new Map(
      Object.entries(vector.keys).map(([id, base64]) => [id, PublicKey.fromBase64(base64)]),
    );
    const options = { now: vector.now_ms };
    if (vector.issuer !== undefined) options.issuer = vector.issuer;
    if (vector.audience !== undefined) options.audience = vector.audience;
    if (vector.accept_any_audience !== undefined) {
      options.acceptAnyAudience = vector.accept_any_audience;
    }
    if (vector.leeway_seconds !== undefined) options.leeway = vector.leeway_seconds;
    const verify = () => verifyToken(vector.token, issuers, options);
    if (vector.claims === undefined) {
      assert.throws(verify, (error) => {
        // The border judges times, before there is a token.
        const expected = vector.code === 'INVALID_ARGUMENT' ? CallgateError : TokenError;
        assert.ok(error instanceof expected, `${vector.name}: ${error}`);
        assert.equal(error.codeName, vector.code, vector.name);
        if (vector.where !== undefined) assert.equal(error.where, vector.where, vector.name);
        return true;
      });
      continue;
    }
    const claims = verify();
    const expected = vector.claims;
    assert.equal(claims.subject, expected.sub, vector.name);
    assert.equal(claims.scope, expected.scp, vector.name);
    assert.equal(claims.id, expected.jti ?? null, vector.name);
    assert.equal(claims.keyId, expected.key_id, vector.name);
    assert.equal(claims.keyThumbprint, expected.jkt ?? null, vector.name);
    assert.equal(claims.issuedAt.getTime(), expected.issued_at_ms, vector.name);
    assert.equal(claims.notBefore?.getTime(), expected.not_before_ms, vector.name);
    assert.equal(claims.expiresAt.getTime(), expected.expires_at_ms, vector.name);
    if (expected.json !== undefined) assert.equal(claims.json, expected.json, vector.name);
  }
});

test('an issued token has iat, exp and a random jti, and verifies', () => {
  const token = issueToken(CLAIMS, key, { now: NOW, lifetime: 60, kid: 'a' });
  const claims = verifyToken(token, keys, { now: new Date(NOW) });
  assert.equal(claims.subject, 'agent-7');
  assert.equal(claims.expiresAt.getTime() - claims.issuedAt.getTime(), 60_000);
  assert.match(claims.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.deepEqual(claims.claims, JSON.parse(claims.json));
  assert.notEqual(claims.id, verifyToken(issueToken(CLAIMS, key), keys).id);
  assert.throws(() => verifyToken(token, keys, { now: NOW + 60_000 }), {
    codeName: 'EXPIRED_TOKEN',
    code: 1002,
  });
  assert.throws(() => verifyToken(token, { a: SecretKey.generate().publicKey }, { now: NOW }), {
    name: 'TokenError',
    codeName: 'INVALID_TOKEN',
  });
});

test('claims may be JSON text, and the clock is the default', () => {
  const token = issueToken('{"sub":"a","scp":"b","n":12345678901234567890}', key);
  assert.match(verifyToken(token, keys).json, /"n":12345678901234567890/);
});

test('issuer keys: a Map, an object, a list, a JWK Set as object and as text', () => {
  const kid = key.publicKey.thumbprint;
  const token = issueToken(CLAIMS, key, { kid });
  const other = SecretKey.generate().publicKey;
  const jwks = { keys: [{ ...key.publicKey.toJwk() }, { ...other.toJwk(), kid: 'other' }] };
  for (const set of [
    new Map([[kid, key.publicKey]]),
    { [kid]: key.publicKey, other },
    [other, key.publicKey],
    jwks,
    JSON.stringify(jwks),
    Buffer.from(JSON.stringify(jwks)),
  ]) {
    assert.equal(verifyToken(token, set).keyId, kid);
  }
  for (const set of [[], {}, new Map(), { keys: [] }, '{"keys":[]}']) {
    assert.throws(() => verifyToken(token, set), { name: 'KeyFormatError' });
  }
});

test('an aud is refused unless it is expected, or any is accepted by name', () => {
  const token = issueToken({ ...CLAIMS, aud: ['gateway'] }, key);
  assert.throws(() => verifyToken(token, keys), { codeName: 'INVALID_TOKEN', where: '/aud' });
  for (const accepted of [{ audience: 'gateway' }, { acceptAnyAudience: true }]) {
    assert.deepEqual(verifyToken(token, keys, accepted).claims.aud, ['gateway']);
  }
  for (const truthy of [1, 'false', null]) {
    assert.throws(() => verifyToken(token, keys, { acceptAnyAudience: truthy }), TypeError);
  }
});

test('a key that is held elsewhere signs the signing input', () => {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  const input = tokenSigningInput(CLAIMS, { kid: 'hsm' });
  const token = assembleToken(input, crypto.sign(null, input, privateKey));
  const hsm = PublicKey.fromJwk(publicKey.export({ format: 'jwk' }));
  assert.equal(verifyToken(token, { hsm }).keyId, 'hsm');
  const forged = assembleToken(input, new Uint8Array(64));
  assert.throws(() => verifyToken(forged, { hsm }), { codeName: 'INVALID_TOKEN' });
  assert.throws(() => assembleToken(input, new Uint8Array(63)), TokenError);
});

test('tokens are exchanged both ways with jose', async () => {
  const pair = await jose.generateKeyPair('EdDSA', { extractable: true });
  const theirs = await new jose.SignJWT({ scp: 'research-safe' })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: 'jose' })
    .setSubject('agent-7')
    .setIssuer('https://issuer.example')
    .setAudience(['gateway', 'other'])
    .setJti('session-1')
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(pair.privateKey);
  const issuers = { jose: PublicKey.fromJwk(await jose.exportJWK(pair.publicKey)) };
  const expected = { issuer: 'https://issuer.example', audience: 'gateway' };
  assert.equal(verifyToken(theirs, issuers, expected).id, 'session-1');
  assert.throws(() => verifyToken(theirs, issuers, { audience: 'third' }), TokenError);

  const ours = issueToken({ ...CLAIMS, aud: 'gateway' }, key);
  const jwk = await jose.importJWK(key.publicKey.toJwk(), 'EdDSA');
  const { payload, protectedHeader } = await jose.jwtVerify(ours, jwk, { audience: 'gateway' });
  assert.equal(payload.sub, 'agent-7');
  assert.equal(protectedHeader.alg, 'EdDSA');
});

test('alg none, and an HMAC with the public key, are refused', async () => {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const body = encode({ ...CLAIMS, iat: seconds, exp: seconds + 60 });
  assert.throws(() => verifyToken(`${encode({ alg: 'none' })}.${body}.`, keys), TokenError);
  const hmac = await new jose.SignJWT({ ...CLAIMS })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key.publicKey.toBytes());
  assert.throws(() => verifyToken(hmac, keys), { codeName: 'INVALID_TOKEN' });
});

test('times are milliseconds or a Date between 2001 and 2200', () => {
  for (const now of [0, NOW / 1000, NOW * 1000, -1, NaN, Infinity, new Date(NaN), new Date(0)]) {
    assert.throws(() => issueToken(CLAIMS, key, { now }), {
      name: 'CallgateError',
      codeName: 'INVALID_ARGUMENT',
      where: 'now',
    });
  }
  for (const now of ['2026-02-17', null, {}, 5n]) {
    assert.throws(() => issueToken(CLAIMS, key, { now }), TypeError);
  }
});

test('durations are whole seconds', () => {
  for (const lifetime of [0, -1, 86_401, 1.5, NaN, Infinity]) {
    assert.throws(() => issueToken(CLAIMS, key, { lifetime }), { codeName: 'INVALID_ARGUMENT' });
  }
  const token = issueToken(CLAIMS, key);
  for (const leeway of [-1, 61, 0.5]) {
    assert.throws(() => verifyToken(token, keys, { leeway }), { codeName: 'INVALID_ARGUMENT' });
  }
  assert.throws(() => issueToken(CLAIMS, key, { lifetime: '60' }), TypeError);
});

test('a misspelt option and wrong types raise TypeError', () => {
  const token = issueToken(CLAIMS, key);
  const closed = SecretKey.generate();
  closed.close();
  for (const call of [
    () => verifyToken(token, keys, { audiance: 'gateway' }),
    () => verifyToken(token, keys, { issuer: 5 }),
    () => verifyToken(token, keys, 'gateway'),
    () => verifyToken(5, keys),
    () => verifyToken(token, key.publicKey),
    () => verifyToken(token, { a: key }),
    () => verifyToken(token, [key.publicKey.toBytes()]),
    () => verifyToken(token, new Map([[1, key.publicKey]])),
    () => issueToken(5, key),
    () => issueToken({ sub: undefined }, key),
    () => issueToken(CLAIMS, key.publicKey),
    () => issueToken(CLAIMS, closed),
    () => issueToken(CLAIMS, key, { kid: 5 }),
    () => assembleToken('a.b', 'signature'),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
});
