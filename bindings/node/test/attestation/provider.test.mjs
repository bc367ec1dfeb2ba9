// AttestationProvider, and tokens exchanged with jose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallgateError, KeyFormatError, SecretKey, TokenError } from 'callgate';
import {
  AttestationProvider,
  createAnthropicProvider,
  createTestVerifier,
  decodeTokenUnsafe,
} from 'callgate/attestation';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import {
  agentKey,
  boundToken,
  claims,
  identity,
  ISSUER,
  issuerKey,
  KID,
  keyPair,
  NOW,
  refused,
  said,
  SECONDS,
  SERVER,
  token,
  VERIFIED,
  verifier,
} from './setup.mjs';

const now = NOW;
const hash = `sha256:${'0'.repeat(64)}`;

test('a token has exactly the claims that every reader takes', async () => {
  const integrity = { config_hash: hash };
  const { header, payload } = decodeTokenUnsafe(await token({ integrity }));
  assert.deepEqual(header, { alg: 'EdDSA', typ: 'JWT', kid: KID });
  assert.match(
    payload.jti,
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.deepEqual(payload, {
    iss: ISSUER,
    sub: 'spiffe://anthropic.com/model/claude-sonnet-4',
    aud: SERVER,
    iat: SECONDS - 5,
    nbf: SECONDS - 5,
    exp: SECONDS + 295,
    jti: payload.jti,
    agent_identity: identity,
    attestation_metadata: {
      attestation_version: '0.1.0',
      attestation_type: 'provider',
      safety_level: 'standard',
      capabilities_declared: [],
    },
    agent_integrity: integrity,
  });
});

test('no two tokens have the same jti', async () => {
  const tokens = await Promise.all(Array.from({ length: 50 }, () => token()));
  assert.equal(new Set(tokens.map((each) => decodeTokenUnsafe(each).payload.jti)).size, 50);
});

test('what is optional is left out, never null', async () => {
  const { payload } = decodeTokenUnsafe(await token({ integrity: {}, metadata: undefined }));
  assert.ok(!('agent_integrity' in payload) && !('cnf' in payload));
  assert.ok(!('deployment_id' in payload.agent_identity));
});

test('a token names the key that must be proven', async () => {
  const { payload } = decodeTokenUnsafe(await boundToken());
  assert.deepEqual(payload.cnf, { jwk: agentKey.publicKey.toJwk() });
});

test('subject, trust domain, audience and lifetime are as told', async () => {
  const provider = new AttestationProvider({
    issuer: ISSUER,
    keyPair: issuerKey,
    tokenLifetimeSeconds: 60,
    trustDomain: 'agents.example',
  });
  const audience = [SERVER, 'https://second.example'];
  const given = { identity, audience, now };
  const { payload } = decodeTokenUnsafe(await provider.createToken(given));
  assert.equal(payload.sub, 'spiffe://agents.example/model/claude-sonnet-4');
  assert.deepEqual(payload.aud, audience);
  assert.equal(payload.exp - payload.iat, 60);
  const named = await provider.createToken({ ...given, subject: 'spiffe://agents.example/a/b' });
  assert.equal(decodeTokenUnsafe(named).payload.sub, 'spiffe://agents.example/a/b');
  assert.equal(provider.issuerUrl, ISSUER);
  assert.equal(provider.keyId, KID);
});

test('a key that is kept elsewhere signs through the hook', async () => {
  const seen = [];
  const signer = {
    kid: KID,
    publicKey: issuerKey.publicKey,
    async sign(input) {
      seen.push(Buffer.from(input).toString());
      return issuerKey.privateKey.sign(input);
    },
  };
  const provider = new AttestationProvider({ issuer: ISSUER, signer });
  const made = await provider.createToken({ identity, audience: SERVER, now });
  assert.deepEqual(said(await verifier().verify(made, { now })), VERIFIED);
  assert.deepEqual(seen, [made.slice(0, made.lastIndexOf('.'))]);
});

for (const [what, sign, error] of [
  ['another key', (input) => keyPair(9).privateKey.sign(input), KeyFormatError],
  ['half a signature', () => new Uint8Array(32), KeyFormatError],
  ['no bytes', () => 'signature', TypeError],
]) {
  test(`a signer that signs with ${what} is refused`, async () => {
    const signer = { kid: KID, publicKey: issuerKey.publicKey, sign };
    const provider = new AttestationProvider({ issuer: ISSUER, signer });
    await assert.rejects(provider.createToken({ identity, audience: SERVER, now }), error);
  });
}

for (const [given, error] of [
  [{ identity: { ...identity, provider: '' } }, CallgateError],
  [{ identity: { ...identity, model_family: 7 } }, CallgateError],
  [{ identity: undefined }, CallgateError],
  [{ identity: { ...identity, model_version: 'a/b' } }, CallgateError],
  [{ audience: [] }, TokenError],
  [{ audience: Array.from({ length: 9 }, (_, n) => `https://${n}.example`) }, TokenError],
  [{ audience: 7 }, TypeError],
  [{ audience: '\ud800' }, TypeError],
  [{ metadata: { safety_level: 'none' } }, CallgateError],
  [{ metadata: { attestation_type: 'root' } }, CallgateError],
  [{ integrity: { config_hash: null } }, CallgateError],
  [{ confirmationKey: agentKey }, TypeError],
  [{ subject: 'spiffe://anthropic.com/../x' }, TokenError],
  [{ now: 1 }, CallgateError],
  [{ lifetime: 1 }, TypeError],
]) {
  test(`nothing is signed for ${inspect(given, { breakLength: Infinity }).slice(0, 60)}`, async () => {
    await assert.rejects(token(given), error);
  });
}

for (const [config, error] of [
  [{ issuer: ISSUER }, CallgateError],
  [{ issuer: ISSUER, keyPair: issuerKey, signer: { kid: 'a' } }, CallgateError],
  [{ issuer: ISSUER, keyPair: { ...issuerKey, kid: '' } }, TypeError],
  [{ issuer: ISSUER, keyPair: { ...issuerKey, privateKey: issuerKey.publicKey } }, TypeError],
  [{ issuer: ISSUER, signer: { kid: 'a', sign: () => null } }, TypeError],
  [{ issuer: 7, keyPair: issuerKey }, TypeError],
]) {
  test(`a provider is not made of ${inspect(config, { depth: 0 }).replaceAll(/\s+/g, ' ')}`, () => {
    assert.throws(() => new AttestationProvider(config), error);
  });
}

test('an issuer that is no URL signs nothing', async () => {
  const provider = new AttestationProvider({ issuer: 'issuer', keyPair: issuerKey });
  await assert.rejects(provider.createToken({ identity, audience: SERVER, now }), TokenError);
});

test('a closed key signs nothing', async () => {
  const privateKey = SecretKey.generate();
  const pair = { privateKey, publicKey: privateKey.publicKey, kid: 'a' };
  const provider = new AttestationProvider({ issuer: ISSUER, keyPair: pair });
  privateKey.close();
  await assert.rejects(provider.createToken({ identity, audience: SERVER, now }), TypeError);
});

test('no secret is in what prints a provider or a key pair', async () => {
  const [provider, pair] = await createAnthropicProvider();
  const seed = Buffer.from(pair.privateKey.toBytes());
  for (const form of [seed.toString('hex'), seed.toString('base64url')]) {
    assert.ok(!inspect(provider, { depth: 5 }).includes(form));
    assert.ok(!inspect(pair, { depth: 5 }).includes(form));
  }
  assert.throws(() => JSON.stringify(pair), TypeError);
});

test('the ready-made provider and verifier fit together', async () => {
  const [provider, pair] = await createAnthropicProvider();
  const server = await createTestVerifier(pair);
  const made = await provider.createToken({ identity, audience: 'https://anywhere.example' });
  assert.equal((await server.verify(made)).verified, true);
  const [stranger] = await createAnthropicProvider();
  const forged = await stranger.createToken({ identity, audience: 'https://anywhere.example' });
  assert.deepEqual(said(await server.verify(forged)), refused('signature'));
  const optional = await createTestVerifier(pair, 'optional');
  assert.equal((await optional.verify(null)).admitted, true);
});

test('jose verifies our tokens', async () => {
  const key = await importJWK(issuerKey.publicKey.toJwk(), 'EdDSA');
  const { payload, protectedHeader } = await jwtVerify(await token(), key, {
    algorithms: ['EdDSA'],
    issuer: ISSUER,
    audience: SERVER,
    currentDate: new Date(NOW),
  });
  assert.equal(protectedHeader.kid, KID);
  assert.deepEqual(payload.agent_identity, identity);
});

test('we verify tokens of jose, unless another key signed', async () => {
  for (const [byte, expected] of [
    [1, VERIFIED],
    [9, refused('signature')],
  ]) {
    const key = await importJWK(keyPair(byte).privateKey.toJwk(), 'EdDSA');
    const made = await new SignJWT(claims({ nbf: SECONDS - 5 }))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: KID })
      .sign(key);
    assert.deepEqual(said(await verifier().verify(made, { now })), expected);
  }
});
