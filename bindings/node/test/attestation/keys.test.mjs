// Key pairs, resolvers, claims that programs fill in, and what looks at tokens.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CallgateError, KeyFormatError, TokenError } from 'callgate';
import * as attestation from 'callgate/attestation';
import { importJWK } from 'jose';
import { claims, identity, ISSUER, issuerKey, keyPair, token } from './setup.mjs';

test('a pair has the kid that it is given, or its thumbprint', async () => {
  assert.equal((await attestation.generateEd25519KeyPair('key-1')).kid, 'key-1');
  const pair = await attestation.generateEd25519KeyPair();
  assert.equal(pair.kid, pair.publicKey.thumbprint);
  assert.ok(pair.privateKey.publicKey.equals(pair.publicKey));
  await assert.rejects(attestation.generateEd25519KeyPair(''), TypeError);
});

test('a pair survives its export and import as JWK', async () => {
  const jwk = await attestation.exportPrivateKeyAsJWK(issuerKey);
  const again = await attestation.importKeyPairFromJWK(jwk);
  assert.equal(again.kid, issuerKey.kid);
  assert.deepEqual(again.privateKey.toBytes(), issuerKey.privateKey.toBytes());
  const published = await attestation.exportPublicKeyAsJWK(issuerKey);
  const { d, ...withoutSecret } = jwk;
  assert.equal(typeof d, 'string');
  assert.deepEqual(published, withoutSecret);
  assert.deepEqual(Object.keys(published), ['kty', 'crv', 'kid', 'x', 'use', 'alg']);
  assert.ok((await attestation.importPublicKeyFromJWK(published)).equals(issuerKey.publicKey));
  assert.ok(await importJWK({ ...published }, 'EdDSA'));
});

test('private and public keys are not taken for each other', async () => {
  const secret = await attestation.exportPrivateKeyAsJWK(issuerKey);
  const published = await attestation.exportPublicKeyAsJWK(issuerKey);
  await assert.rejects(attestation.importPublicKeyFromJWK(secret), (error) => {
    assert.ok(error instanceof KeyFormatError && !error.message.includes(secret.d));
    return true;
  });
  await assert.rejects(attestation.importPrivateKeyFromJWK(published), KeyFormatError);
  await assert.rejects(attestation.importKeyPairFromJWK(published), KeyFormatError);
  const mixed = { ...secret, x: keyPair(2).publicKey.toJwk().x };
  await assert.rejects(attestation.importPrivateKeyFromJWK(mixed), KeyFormatError);
});

for (const change of [
  { kty: 'RSA' },
  { crv: 'X25519' },
  { use: 'enc' },
  { alg: 'RS256' },
  { kid: '' },
]) {
  test(`a JWK with ${JSON.stringify(change)} is refused`, async () => {
    const published = await attestation.exportPublicKeyAsJWK(issuerKey);
    const jwk = { ...published, ...change };
    await assert.rejects(attestation.importPublicKeyFromJWK(jwk), attestation.SchemaError);
  });
}

test('a resolver in memory finds keys by issuer and kid', async () => {
  const resolver = new attestation.InMemoryKeyResolver();
  assert.deepEqual(await resolver.toJWKS(ISSUER), { keys: [] });
  assert.equal(await resolver.getKey(ISSUER, issuerKey.kid), null);
  resolver.addKeyPair(ISSUER, issuerKey);
  resolver.addKey(ISSUER, 'second', keyPair(2).publicKey);
  assert.ok((await resolver.getKey(ISSUER, 'second')).equals(keyPair(2).publicKey));
  assert.equal(await resolver.getKey('https://other.example', 'second'), null);
  assert.deepEqual(
    (await resolver.toJWKS(ISSUER)).keys.map(({ kid }) => kid),
    [issuerKey.kid, 'second'],
  );
  resolver.clearIssuer(ISSUER);
  assert.equal(await resolver.getKey(ISSUER, 'second'), null);
  resolver.addKeyPair(ISSUER, issuerKey);
  resolver.clear();
  assert.equal(await resolver.getKey(ISSUER, issuerKey.kid), null);
  assert.throws(() => resolver.addKey(ISSUER, 'a', issuerKey.privateKey), TypeError);
  assert.throws(() => resolver.addKey(ISSUER, '', issuerKey.publicKey), TypeError);
});

test('an identity has its members, and no absent ones', () => {
  const { createAgentIdentity } = attestation;
  assert.deepEqual(createAgentIdentity('claude-4', 'claude-sonnet-4', 'anthropic'), identity);
  const deployed = createAgentIdentity('claude-4', 'claude-sonnet-4', 'anthropic', 'eu-1');
  assert.deepEqual(deployed, { ...identity, deployment_id: 'eu-1' });
  assert.throws(() => createAgentIdentity('claude-4', '', 'anthropic'), attestation.SchemaError);
  assert.throws(() => createAgentIdentity('a', 'b', 'c', ''), attestation.SchemaError);
});

test('a SPIFFE ID is made only of what may be in one', () => {
  const { toSpiffeId } = attestation;
  assert.equal(toSpiffeId(identity), 'spiffe://anthropic.com/model/claude-sonnet-4');
  assert.equal(toSpiffeId(identity, 'a_b.c-1'), 'spiffe://a_b.c-1/model/claude-sonnet-4');
  for (const model_version of ['a/b', 'a:b', 'a b', 'ä', '..', '.', 'x'.repeat(2100)]) {
    assert.throws(() => toSpiffeId({ ...identity, model_version }), CallgateError, model_version);
  }
  for (const provider of ['Anthropic', 'open ai', 'a/b']) {
    assert.throws(() => toSpiffeId({ ...identity, provider }), /trust domain/);
  }
  for (const domain of ['', 'UPPER', 'a b', 'a:1', 'x'.repeat(256)]) {
    assert.throws(() => toSpiffeId(identity, domain), CallgateError, domain);
  }
});

test('hashes are SHA-256 of the UTF-8, in hexadecimal', async () => {
  const { computeHash, createAgentIntegrity } = attestation;
  const expected = `sha256:${createHash('sha256').update('grüß').digest('hex')}`;
  assert.equal(await computeHash('grüß'), expected);
  assert.deepEqual(await createAgentIntegrity(), {});
  assert.deepEqual(await createAgentIntegrity('grüß'), { config_hash: expected });
  const prompt = await createAgentIntegrity(undefined, 'grüß');
  assert.deepEqual(prompt, { system_prompt_hash: expected });
  await assert.rejects(computeHash(7), TypeError);
  await assert.rejects(computeHash('\ud800'), TypeError);
});

test('metadata takes defaults, and no other values', () => {
  const { createAttestationMetadata } = attestation;
  assert.deepEqual(createAttestationMetadata(), {
    attestation_version: '0.1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: [],
  });
  assert.throws(() => createAttestationMetadata({ safety_level: 'none' }), /safety_level/);
  assert.throws(
    () => createAttestationMetadata({ capabilities_declared: 'a' }),
    /must be an array/,
  );
});

test('schemas give the known members, or all that is wrong', () => {
  const { AttestationClaimsSchema } = attestation;
  const good = claims({ tenant: 'x', agent_identity: { ...identity, extra: 1 } });
  const parsed = AttestationClaimsSchema.parse(good);
  assert.ok(!('tenant' in parsed) && !('extra' in parsed.agent_identity));
  assert.equal(parsed.attestation_metadata.safety_level, 'standard');
  const bad = AttestationClaimsSchema.safeParse(
    claims({ iss: 'x', exp: 1.5, agent_identity: null }),
  );
  assert.equal(bad.success, false);
  assert.deepEqual(
    bad.error.issues.map(({ path }) => path.join('/')),
    ['iss', 'exp', 'agent_identity'],
  );
  assert.equal(bad.error.where, '/iss');
  assert.ok(bad.error instanceof CallgateError);
});

for (const [name, good, wrong] of [
  ['AgentIdentitySchema', identity, [null, {}, { ...identity, deployment_id: null }]],
  ['AgentIntegritySchema', { config_hash: 'x' }, [null, [], { config_hash: null }]],
  ['AttestationMetadataSchema', {}, [null, { attestation_type: 'root' }]],
  [
    'ConfirmationKeySchema',
    { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x' }, tls_binding: { a: 'b' } },
    [{ jwk: null }, { jwk: {} }, { tls_binding: null }, { tls_binding: { a: 1 } }],
  ],
  ['Ed25519JWKSchema', { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'a' }, [{ kty: 'RSA' }, 'x']],
  ['JWKSSchema', { keys: [] }, [{}, { keys: {} }, { keys: [{ kty: 'RSA' }] }]],
  ['JWTHeaderSchema', { alg: 'EdDSA', kid: 'a' }, [{ alg: 'none', kid: 'a' }, { alg: 'EdDSA' }]],
  [
    'AttestationClaimsSchema',
    claims(),
    [claims({ nbf: null }), claims({ aud: [] }), claims({ jti: 'a\nb' }), claims({ cnf: null })],
  ],
]) {
  test(`${name} takes what it is for, and nothing else`, () => {
    assert.ok(attestation[name].safeParse(good).success);
    for (const value of wrong) {
      assert.ok(!attestation[name].safeParse(value).success, JSON.stringify(value));
      assert.throws(() => attestation[name].parse(value), attestation.SchemaError);
    }
  });
}

test('a token is decoded for people without being verified', async () => {
  const { decodeTokenUnsafe, formatTimestamp } = attestation;
  const made = await token();
  const { payload } = decodeTokenUnsafe(`${made.slice(0, made.lastIndexOf('.'))}.AAAA`);
  assert.equal(payload.iss, ISSUER);
  assert.equal(formatTimestamp(payload.iat), '2026-11-30T11:59:55.000Z');
  for (const text of ['', 'a.b', 'e30.bnVsbA.x', 'e30.W10.x', 'e30.e.x', 'x'.repeat(20_000)]) {
    assert.throws(() => decodeTokenUnsafe(text), TokenError, text.slice(0, 20));
  }
  assert.throws(() => decodeTokenUnsafe(7), TypeError);
});

test('results that a program makes say so', () => {
  const good = attestation.createSuccessResult(claims());
  assert.deepEqual([good.verified, good.trustLevel, good.issuer], [true, 'provider', ISSUER]);
  const bad = attestation.createFailureResult('no', -32003);
  assert.deepEqual([bad.verified, bad.admitted, bad.reason], [false, false, 'expired']);
  assert.deepEqual([bad.error, bad.errorCode, bad.trustLevel], ['no', -32003, 'none']);
});

test('the table of reasons has codes, statuses and words for each', () => {
  const { attestationReasons } = attestation;
  assert.ok(attestationReasons.length >= 17);
  for (const { name, code, httpStatus, legacyCode, meaning, advice } of attestationReasons) {
    assert.match(name, /^[a-z_]+$/);
    assert.ok(code <= -32010 && [400, 401, 403, 503].includes(httpStatus), name);
    assert.ok(legacyCode <= -32001 && legacyCode >= -32006, name);
    assert.ok(meaning.length > 5 && advice.length > 5, name);
  }
});
