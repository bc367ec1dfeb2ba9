// The carrier of initialize, contexts of sessions, and what tools ask of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ATTESTATION_CAPABILITY_KEY as KEY,
  AttestationSessionStore,
  buildAttestationCapability,
  buildAttestationResponse,
  buildServerAttestationRequirements,
  createAttestationContext,
  createAnthropicProvider,
  createTestVerifier,
  extractAttestationToken,
  parseAttestationResponse,
  requireAttestation,
  verifyMcpAttestation,
} from 'callgate/attestation';
import { boundToken, identity, ISSUER, NOW, refused, said, token, verifier } from './setup.mjs';

test('a client’s carrier is verified by a server', async () => {
  const [provider, pair] = await createAnthropicProvider();
  const targetAudience = 'https://server.example';
  const capability = await buildAttestationCapability({ provider, identity, targetAudience });
  const { token: sent, ...rest } = capability;
  assert.deepEqual(rest, {
    version: '0.1.0',
    supported_algorithms: ['EdDSA'],
    attestation_types: ['provider', 'enterprise'],
  });
  const experimental = { [KEY]: capability, other: {} };
  assert.equal(extractAttestationToken(experimental), sent);
  const result = await verifyMcpAttestation(await createTestVerifier(pair), experimental);
  assert.equal(result.verified, true);
});

for (const [experimental, reason] of [
  [undefined, 'not_provided'],
  [null, 'not_provided'],
  [{}, 'not_provided'],
  [{ [KEY]: null }, 'not_provided'],
  [{ [KEY]: {} }, 'not_provided'],
  [{ [KEY]: { token: null } }, 'not_provided'],
  ['text', 'malformed'],
  [[], 'malformed'],
  [{ [KEY]: 'a.b.c' }, 'malformed'],
  [{ [KEY]: [] }, 'malformed'],
  [{ [KEY]: { token: 7 } }, 'malformed'],
  [{ [KEY]: { token: '' } }, 'malformed'],
  [Object.create({ [KEY]: { token: 'a.b.c' } }), 'not_provided'],
]) {
  test(`capabilities ${JSON.stringify(experimental)} give ${reason}, and no exception`, async () => {
    assert.deepEqual(said(await verifyMcpAttestation(verifier(), experimental)), refused(reason));
  });
}

test('a token that names a key is not taken without its message', async () => {
  const experimental = { [KEY]: { token: await boundToken({ now: Date.now() }) } };
  assert.deepEqual(said(await verifyMcpAttestation(verifier(), experimental)), refused('proof'));
});

test('a server says what it wants', () => {
  assert.deepEqual(buildServerAttestationRequirements(verifier({ policy: 'preferred' })), {
    version: '0.1.0',
    policy: 'preferred',
    trusted_issuers: [ISSUER],
    required_claims: ['agent_identity', 'attestation_metadata'],
  });
});

test('a server’s answer is read by clients', async () => {
  const server = verifier();
  const once = await token();
  const good = buildAttestationResponse(await server.verify(once, { now: NOW }), 'required');
  assert.deepEqual(good, {
    version: '0.1.0',
    policy: 'required',
    verification_status: 'verified',
    trust_level: 'provider',
    verified_claims: ['agent_identity', 'attestation_metadata'],
  });
  const bad = buildAttestationResponse(await server.verify(once, { now: NOW }), 'required');
  assert.deepEqual([bad.verification_status, bad.error_code], ['failed', -32004]);
  assert.ok(bad.error.length > 0 && !('trust_level' in bad));
  for (const response of [good, bad]) {
    assert.deepEqual(parseAttestationResponse({ [KEY]: response }), response);
  }
});

test('a missing token is failed only where it is required', async () => {
  const missing = await verifier({ policy: 'optional' }).verify(null);
  assert.equal(buildAttestationResponse(missing, 'optional').verification_status, 'not_provided');
  const required = buildAttestationResponse(await verifier().verify(null), 'required');
  assert.deepEqual([required.verification_status, required.error_code], ['failed', -32001]);
});

test('what is no answer is none', () => {
  for (const experimental of [
    undefined,
    null,
    {},
    [],
    { [KEY]: null },
    { [KEY]: 'verified' },
    { [KEY]: { verification_status: 'maybe' } },
    { [KEY]: { policy: 'required', trusted_issuers: [] } },
  ]) {
    assert.equal(parseAttestationResponse(experimental), undefined);
  }
});

test('a context holds who the agent is', async () => {
  const context = createAttestationContext(await verifier().verify(await token(), { now: NOW }));
  assert.deepEqual(context.agentIdentity, identity);
  assert.equal(context.attestationMetadata.safety_level, 'standard');
  assert.equal(context.issuer, ISSUER);
  assert.ok(Object.isFrozen(context));
  const unknown = createAttestationContext(await verifier().verify(null));
  assert.deepEqual([unknown.verified, unknown.trustLevel], [false, 'none']);
  assert.deepEqual([unknown.issuer, unknown.agentIdentity], [undefined, undefined]);
});

test('sessions are kept, replaced and deleted', async () => {
  const store = new AttestationSessionStore();
  assert.deepEqual(
    [store.isVerified('a'), store.getTrustLevel('a'), store.size],
    [false, 'none', 0],
  );
  store.set('a', createAttestationContext(await verifier().verify(await token(), { now: NOW })));
  assert.deepEqual(
    [store.isVerified('a'), store.getTrustLevel('a'), store.size],
    [true, 'provider', 1],
  );
  store.set('a', createAttestationContext(await verifier().verify(null)));
  assert.deepEqual(
    [store.isVerified('a'), store.getTrustLevel('a'), store.size],
    [false, 'none', 1],
  );
  store.delete('a');
  assert.equal(store.get('a'), undefined);
  store.set('b', { verified: true, trustLevel: 'provider' });
  store.clear();
  assert.equal(store.size, 0);
});

test('tools ask for at least a level, for an issuer, and for more', () => {
  const store = new AttestationSessionStore();
  store.set('enterprise', { verified: true, trustLevel: 'enterprise', issuer: ISSUER });
  store.set('failed', { verified: false, trustLevel: 'provider', issuer: ISSUER });
  for (const [session, required, allowed] of [
    ['enterprise', undefined, true],
    ['enterprise', { trustLevel: 'none' }, true],
    ['enterprise', { trustLevel: 'enterprise' }, true],
    ['enterprise', { trustLevel: 'provider' }, false],
    ['enterprise', { issuer: ISSUER }, true],
    ['enterprise', { issuer: `${ISSUER}/` }, false],
    ['enterprise', { check: ({ issuer }) => issuer === ISSUER }, true],
    ['enterprise', { check: () => false }, false],
    ['enterprise', { check: () => 'yes' }, false],
    ['failed', undefined, false],
    ['unknown', undefined, false],
    ['unknown', { trustLevel: 'none' }, false],
  ]) {
    assert.equal(requireAttestation(store, session, required), allowed, JSON.stringify(required));
  }
  assert.throws(() => requireAttestation(store, 'enterprise', { trustLevel: 'high' }), TypeError);
});
