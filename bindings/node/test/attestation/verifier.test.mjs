// AttestationVerifier: what it is told, what it answers, what it remembers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallgateError } from 'callgate';
import { ANY_AUDIENCE, AttestationVerifier, InMemoryReplayCache } from 'callgate/attestation';
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
  resolverWith,
  resolving,
  said,
  SERVER,
  signed,
  token,
  VERIFIED,
  verifier,
} from './setup.mjs';

const now = NOW;

test('a good token is verified, and its claims are told', async () => {
  const result = await verifier().verify(await token(), { now });
  assert.deepEqual(said(result), VERIFIED);
  assert.equal(result.trustLevel, 'provider');
  assert.equal(result.issuer, ISSUER);
  assert.equal(result.subject, 'spiffe://anthropic.com/model/claude-sonnet-4');
  assert.equal(result.keyId, KID);
  assert.equal(result.tokenId, result.claims.jti);
  assert.deepEqual(result.claims.agent_identity, identity);
  assert.deepEqual(result.verifiedClaims, ['agent_identity', 'attestation_metadata']);
  assert.equal(result.expiresAt.getTime(), NOW + 295_000);
  assert.equal(result.audienceChecked, true);
  assert.equal(result.proven, false);
  assert.equal(result.error, undefined);
  assert.equal(result.errorCode, undefined);
});

test('of a token that is refused nothing is told but why', async () => {
  const forged = signed(claims(), { key: keyPair(9).privateKey });
  const result = await verifier().verify(forged, { now });
  assert.deepEqual(said(result), refused('signature'));
  assert.equal(result.trustLevel, 'none');
  for (const name of ['issuer', 'subject', 'claims', 'keyId', 'tokenId', 'expiresAt']) {
    assert.equal(result[name], undefined, name);
  }
  assert.deepEqual(result.verifiedClaims, []);
  assert.equal(result.errorCode, -32002);
  assert.ok(result.error.length > 0);
  assert.ok(!inspect(result).includes(forged.split('.')[1]));
});

test('a result prints and serializes as what it says', async () => {
  const result = await verifier().verify(await token(), { now });
  assert.match(inspect(result), /^VerificationResult \{/);
  const json = JSON.parse(JSON.stringify(result));
  assert.equal(json.verified, true);
  assert.equal(json.claims.iss, ISSUER);
});

for (const [sent, reason] of [
  [undefined, 'not_provided'],
  [null, 'not_provided'],
  ['', 'malformed'],
  ['a.b', 'malformed'],
  ['\ud800.a.b', 'malformed'],
  ['x'.repeat(5_000_000), 'malformed'],
  [7, 'malformed'],
  [{ token: 'x' }, 'malformed'],
]) {
  test(`what is no token is ${reason}: ${inspect(sent).slice(0, 20)}`, async () => {
    assert.deepEqual(said(await verifier().verify(sent, { now })), refused(reason));
  });
}

test('a token without a key is taken once, and its replay refused', async () => {
  const server = verifier();
  const once = await token();
  assert.deepEqual(said(await server.verify(once, { now })), VERIFIED);
  const again = await server.verify(once, { now });
  assert.deepEqual(said(again), refused('replay'));
  assert.equal(again.errorCode, -32004);
  assert.deepEqual(said(await server.verify(await token(), { now })), VERIFIED);
});

test('of many verifications at once one takes the token', async () => {
  for (const replayCache of [new InMemoryReplayCache(), slowCache()]) {
    const server = verifier({ replayCache });
    const once = await token();
    const all = await Promise.all(Array.from({ length: 20 }, () => server.verify(once, { now })));
    assert.equal(all.filter((result) => result.verified).length, 1);
    assert.equal(all.filter(({ reason }) => reason === 'replay').length, 19);
  }
});

test('a token that fails late is not used up', async () => {
  const replayCache = new InMemoryReplayCache();
  const strict = verifier({ replayCache, requiredCapabilities: ['tools'] });
  const once = await token();
  assert.deepEqual(said(await strict.verify(once, { now })), refused('policy'));
  assert.deepEqual(said(await verifier({ replayCache }).verify(once, { now })), VERIFIED);
});

test('two issuers may choose the same jti', async () => {
  const other = { issuer: 'https://other.example', keys: { [KID]: issuerKey.publicKey } };
  const mine = { issuer: ISSUER, keys: { [KID]: issuerKey.publicKey } };
  const server = verifier({ trustedIssuers: [mine, other] });
  const jti = crypto.randomUUID();
  for (const iss of [ISSUER, other.issuer]) {
    assert.deepEqual(said(await server.verify(signed(claims({ iss, jti })), { now })), VERIFIED);
  }
});

for (const [policy, rejectInvalid, sent, admitted] of [
  ['required', true, 'none', false],
  ['required', true, 'bad', false],
  ['preferred', true, 'none', true],
  ['preferred', true, 'bad', false],
  ['preferred', false, 'bad', true],
  ['optional', true, 'none', true],
  ['optional', true, 'bad', false],
  ['optional', false, 'bad', true],
  ['required', false, 'bad', false],
]) {
  test(`${policy}, rejectInvalid ${rejectInvalid}: ${sent} token admitted: ${admitted}`, async () => {
    const server = verifier({ policy, rejectInvalid });
    const presented = sent === 'none' ? null : 'a.b.c';
    const result = await server.verify(presented, { now });
    assert.equal(result.verified, false);
    assert.equal(result.admitted, admitted);
    assert.equal(result.reason, sent === 'none' ? 'not_provided' : 'malformed');
  });
}

test('a replay is refused under optional as a bad token is', async () => {
  for (const replayCache of [new InMemoryReplayCache(), slowCache()]) {
    const server = verifier({ policy: 'optional', replayCache });
    const once = await token();
    assert.equal((await server.verify(once, { now })).verified, true);
    assert.deepEqual(said(await server.verify(once, { now })), refused('replay'));
  }
});

test('a token that names a key needs a proof, under every policy', async () => {
  for (const policy of ['required', 'preferred', 'optional']) {
    const result = await verifier({ policy }).verify(await boundToken(), { now });
    assert.deepEqual(said(result), refused('proof'));
  }
});

test('a proven key of an exchange of the program counts as proof', async () => {
  const server = verifier();
  const bound = await boundToken();
  const proven = await server.verify(bound, { now, provenKey: agentKey.publicKey });
  assert.deepEqual(said(proven), VERIFIED);
  assert.equal(proven.proven, true);
  assert.equal(proven.confirmationThumbprint, agentKey.publicKey.thumbprint);
  const other = await server.verify(bound, { now, provenKey: keyPair(7).publicKey });
  assert.deepEqual(said(other), refused('proof'));
});

test('the trust level is that of the issuer', async () => {
  const keys = { [KID]: issuerKey.publicKey };
  const enterprise = () =>
    verifier({ trustedIssuers: [{ issuer: ISSUER, level: 'enterprise', keys }] });
  const metadata = { attestation_type: 'enterprise' };
  const result = await enterprise().verify(await token({ metadata }), { now });
  assert.equal(result.trustLevel, 'enterprise');
  assert.deepEqual(said(await enterprise().verify(await token(), { now })), refused('binding'));
  assert.deepEqual(
    said(await verifier().verify(await token({ metadata }), { now })),
    refused('binding'),
  );
});

test('what an issuer may not vouch for is refused', async () => {
  const keys = { [KID]: issuerKey.publicKey };
  for (const [limit, reason] of [
    [{ trustDomains: ['example.org'] }, 'binding'],
    [{ subjectPaths: ['/agents/*'] }, 'binding'],
    [{ providers: ['openai'] }, 'binding'],
    [{ modelFamilies: ['claude-3'] }, 'binding'],
    [{ longestLifetime: 60 }, 'lifetime'],
    [{ lowestSafetyLevel: 'enhanced' }, 'policy'],
    [{ deniedKeyIds: [KID] }, 'kid'],
  ]) {
    const server = verifier({ trustedIssuers: [{ issuer: ISSUER, keys, ...limit }] });
    assert.deepEqual(said(await server.verify(await token(), { now })), refused(reason), reason);
  }
  const allowing = verifier({
    trustedIssuers: [
      {
        issuer: ISSUER,
        keys: new Map([[KID, issuerKey.publicKey]]),
        trustDomains: ['anthropic.com'],
        subjectPaths: ['/model/claude-*'],
        providers: ['anthropic'],
        modelFamilies: ['claude-4'],
        longestLifetime: 300,
        lowestSafetyLevel: 'standard',
        deniedKeyIds: ['old'],
        deniedTokenIds: ['old'],
      },
    ],
  });
  assert.deepEqual(said(await allowing.verify(await token(), { now })), VERIFIED);
});

test('expectations of the server are compared', async () => {
  const hash = `sha256:${'a'.repeat(64)}`;
  const integrity = { config_hash: hash, system_prompt_hash: hash };
  for (const [expected, given, good] of [
    [{ configHash: hash }, { integrity }, true],
    [{ configHash: hash.replace(/a$/, 'b') }, { integrity }, false],
    [{ configHash: hash }, {}, false],
    [{ systemPromptHash: hash }, { integrity }, true],
    [{ requiredCapabilities: ['tools'] }, { metadata: { capabilities_declared: ['tools'] } }, true],
    [{ requiredCapabilities: ['tools'] }, {}, false],
    [{ lowestSafetyLevel: 'enhanced' }, { metadata: { safety_level: 'enhanced' } }, true],
    [{ lowestSafetyLevel: 'enhanced' }, {}, false],
  ]) {
    const result = await verifier(expected).verify(await token(given), { now });
    assert.deepEqual(said(result), good ? VERIFIED : refused('policy'), JSON.stringify(expected));
  }
  const missing = await verifier({ requiredClaims: ['tenant'] }).verify(await token(), { now });
  assert.deepEqual(said(missing), refused('claims'));
});

test('the audience is compared, unless any is taken', async () => {
  const elsewhere = await token({ audience: 'https://elsewhere.example' });
  assert.deepEqual(said(await verifier().verify(elsewhere, { now })), refused('audience'));
  const any = verifier({ audience: ANY_AUDIENCE });
  const result = await any.verify(elsewhere, { now });
  assert.deepEqual(said(result), VERIFIED);
  assert.equal(result.audienceChecked, false);
  assert.equal(any.audience, undefined);
});

test('a verifier of any audience cannot require a proof', () => {
  const config = { audience: ANY_AUDIENCE, requireProof: true };
  assert.throws(() => verifier(config), { codeName: 'INVALID_ARGUMENT' });
});

test('a verifier without audience warns once', () => {
  const program = `
    import { AttestationVerifier, ANY_AUDIENCE } from 'callgate/attestation';
    const warnings = [];
    process.on('warning', ({ code }) => warnings.push(code));
    new AttestationVerifier({ trustedIssuers: ['https://a.example'], audience: ANY_AUDIENCE });
    new AttestationVerifier({ trustedIssuers: ['https://a.example'] });
    new AttestationVerifier({ trustedIssuers: ['https://a.example'] });
    setImmediate(() => console.log(JSON.stringify(warnings)));
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  assert.deepEqual(JSON.parse(printed), ['CALLGATE_ANY_AUDIENCE']);
});

test('keys of the resolver are found, and asked for once', async () => {
  let asked = 0;
  const resolver = resolverWith(issuerKey);
  const counting = {
    async getKey(issuer, kid) {
      asked++;
      return resolver.getKey(issuer, kid);
    },
    keysVersion: () => resolver.keysVersion(),
  };
  const server = resolving(counting);
  for (let i = 0; i < 3; i++)
    assert.equal((await server.verify(await token(), { now })).verified, true);
  assert.equal(asked, 1);
});

test('a resolver is not asked about issuers that are not trusted', async () => {
  const asked = [];
  const server = resolving({ getKey: async (issuer) => void asked.push(issuer) ?? null });
  const stranger = signed(claims({ iss: 'https://stranger.example' }));
  assert.deepEqual(said(await server.verify(stranger, { now })), refused('untrusted_issuer'));
  assert.deepEqual(asked, []);
  assert.deepEqual(said(await server.verify(await token(), { now })), refused('kid'));
  assert.deepEqual(asked, [ISSUER]);
});

test('a resolver that fails makes the token unavailable', async () => {
  for (const keyResolver of [
    { getKey: async () => Promise.reject(new Error('down')) },
    { getKey: async () => 'no key' },
  ]) {
    const result = await resolving(keyResolver).verify(await token(), { now });
    assert.deepEqual(said(result), refused('unavailable'));
  }
});

test('a key that the resolver drops is refused at once', async () => {
  const resolver = resolverWith(issuerKey, keyPair(3, 'issuer-2'));
  const server = resolving(resolver);
  assert.equal((await server.verify(await token(), { now })).verified, true);
  resolver.clearIssuer(ISSUER);
  assert.deepEqual(said(await server.verify(await token(), { now })), refused('kid'));
  resolver.addKeyPair(ISSUER, issuerKey);
  assert.equal((await server.verify(await token(), { now })).verified, true);
});

test('issuers are replaced while it works', async () => {
  const server = verifier();
  const keys = { [KID]: issuerKey.publicKey };
  const held = await server.verify(await token(), { now });
  server.setTrustedIssuers([{ issuer: ISSUER, keys, deniedTokenIds: [held.tokenId] }]);
  assert.deepEqual(said(server.judgeAgain(held)), refused('policy'));
  const other = await server.verify(await token(), { now });
  assert.deepEqual(said(other), VERIFIED);
  assert.deepEqual(said(server.judgeAgain(other)), VERIFIED);
  server.setTrustedIssuers([]);
  assert.deepEqual(server.trustedIssuers, []);
  assert.deepEqual(said(server.judgeAgain(other)), refused('untrusted_issuer'));
  assert.throws(() => server.setTrustedIssuers([ISSUER, ISSUER]), CallgateError);
});

test('a result that is judged again with a time may have expired', async () => {
  const server = verifier();
  const held = await server.verify(await token(), { now });
  assert.deepEqual(said(server.judgeAgain(held, { now: NOW + 300_000 })), VERIFIED);
  assert.deepEqual(said(server.judgeAgain(held, { now: NOW + 400_000 })), refused('expired'));
  assert.deepEqual(said(server.judgeAgain(held)), VERIFIED);
  assert.throws(() => server.judgeAgain({ verified: true }), TypeError);
});

test('a foreign cache is awaited, and what is none is refused', async () => {
  const server = verifier({ replayCache: slowCache() });
  const once = await token();
  assert.equal((await server.verify(once, { now })).verified, true);
  assert.equal((await server.verify(once, { now })).reason, 'replay');
  for (const cache of [{}, null, new Map(), () => true, 'memory']) {
    assert.throws(() => (server.replayCache = cache), TypeError);
  }
  assert.equal((await server.verify(once, { now })).reason, 'replay');
});

for (const [what, insert] of [
  ['throws', () => assert.fail('secret')],
  ['rejects', async () => Promise.reject(new Error('secret'))],
  ['says nothing', async () => undefined],
  ['says yes', async () => true],
  ['is full', async () => 'full'],
]) {
  test(`a store that ${what} makes the token unavailable`, async () => {
    const server = verifier({ replayCache: { insert } });
    assert.deepEqual(said(await server.verify(await token(), { now })), refused('unavailable'));
  });
}

test('a cache must answer with a boolean', async () => {
  const server = verifier({ replayCache: { checkAndAdd: async () => 1 } });
  assert.deepEqual(said(await server.verify(await token(), { now })), refused('unavailable'));
});

test('a store that forgets too early is refused', () => {
  const store = { insert: async () => 'inserted', longestLifetime: 300 };
  assert.throws(() => verifier({ replayCache: store }), /360 s are needed/);
  assert.ok(verifier({ replayCache: { ...store, longestLifetime: 360 } }));
});

test('the replay cache is cleared where it can be', async () => {
  const server = verifier();
  const once = await token();
  await server.verify(once, { now });
  await server.clearReplayCache();
  assert.equal((await server.verify(once, { now })).verified, true);
  const fixed = verifier({ replayCache: { insert: () => 'inserted' } });
  await assert.rejects(fixed.clearReplayCache(), TypeError);
});

for (const [config, error] of [
  [{}, TypeError],
  [{ trustedIssuers: ISSUER }, TypeError],
  [{ trustedIssuers: [{ issuer: ISSUER, levle: 'provider' }] }, TypeError],
  [{ trustedIssuers: [{ issuer: ISSUER, level: 'none' }] }, TypeError],
  [{ trustedIssuers: [{ issuer: ISSUER, keys: [issuerKey.publicKey] }] }, TypeError],
  [{ trustedIssuers: [''] }, CallgateError],
  [{ trustedIssuers: [{ issuer: ISSUER, longestLifetime: 100_000 }] }, CallgateError],
  [{ trustedIssuers: [ISSUER], policy: 'strict' }, TypeError],
  [{ trustedIssuers: [ISSUER], clockSkewSeconds: 61 }, CallgateError],
  [{ trustedIssuers: [ISSUER], clockSkewSeconds: 0.5 }, CallgateError],
  [{ trustedIssuers: [ISSUER], rejectInvalid: 0 }, TypeError],
  [{ trustedIssuers: [ISSUER], audiance: SERVER }, TypeError],
  [{ trustedIssuers: [ISSUER], keyResolver: {} }, TypeError],
  [{ trustedIssuers: [ISSUER], configHash: 'md5:1' }, CallgateError],
]) {
  test(`a verifier is not made of ${inspect(config, { breakLength: Infinity }).slice(0, 60)}`, () => {
    assert.throws(() => new AttestationVerifier({ audience: SERVER, ...config }), error);
  });
}

test('a clock that is broken makes the token unavailable', async () => {
  for (const broken of [NOW / 1000, NaN, Infinity, -1, new Date(NaN)]) {
    const result = await verifier().verify(await token(), { now: broken });
    assert.deepEqual(said(result), refused('unavailable'));
    assert.equal(result.where, 'now');
  }
});

test('arguments of verify are checked', async () => {
  const server = verifier();
  const good = await token();
  await assert.rejects(server.verify(good, { clock: 1 }), TypeError);
  await assert.rejects(server.verify(good, { now: 'now' }), TypeError);
  await assert.rejects(server.verify(good, { now, proof: 'a.b.c' }), TypeError);
  await assert.rejects(server.verify(good, { now, requestHash: new Uint8Array(31) }), TypeError);
  await assert.rejects(server.verify(good, { now, era: 'future' }), TypeError);
  assert.equal((await server.verify(good, { now: new Date(NOW) })).verified, true);
});

/** As another package would write it, with a turn of the event loop in it. */
function slowCache() {
  const seen = new Set();
  return {
    async checkAndAdd(jti, exp) {
      assert.equal(typeof exp, 'number');
      const fresh = !seen.has(jti);
      seen.add(jti);
      await new Promise((resolve) => setImmediate(resolve));
      return fresh;
    },
  };
}
