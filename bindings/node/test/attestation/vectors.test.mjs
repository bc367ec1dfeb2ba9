// tests/vectors/attestation.json, which every language runs.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PublicKey, SecretKey } from 'callgate';
import {
  ANY_AUDIENCE,
  attestationReasons,
  attestationRequestHash,
  AttestationVerifier,
  InMemoryReplayCache,
  readAttestedMessage,
} from 'callgate/attestation';
import { vectors } from '../vectors.mjs';

const { trusts, reasons, verdicts, sequences, messages, hashes, jwks, issued } =
  vectors('attestation');
// What the package checks before it calls the addon would hide what the engine says.
const dist = dirname(fileURLToPath(import.meta.resolve('callgate')));
const { native } = await import(pathToFileURL(join(dist, 'native.js')).href);

const camel = (name) => name.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const renamed = (object, change = (value) => value) =>
  Object.fromEntries(
    Object.entries(object).map(([key, value]) => [camel(key), change(value, key)]),
  );

/** A verifier of the vector's trust; `asked` gets what its resolver is asked for. */
function verifierFor({ trust, expectations = {} }, replayCache, asked = []) {
  const { issuers, accept_ed25519_alg: acceptEd25519Alg = false, types = [] } = trusts[trust];
  const fetches = issuers.some((issuer) => issuer.fetches_keys);
  const resolver = { getKey: async (...key) => void asked.push(key) ?? null };
  const { audience, any_audience: any, skew, ...rest } = expectations;
  const config = renamed(rest);
  return new AttestationVerifier({
    trustedIssuers: issuers.map(({ keys, fetches_keys: _, ...issuer }) => ({
      ...renamed(issuer),
      keys: new Map(keys.map(([kid, key]) => [kid, PublicKey.fromBase64(key)])),
    })),
    ...(fetches ? { keyResolver: resolver } : {}),
    audience: any ? ANY_AUDIENCE : (audience ?? 'https://server.example'),
    ...(skew === undefined ? {} : { clockSkewSeconds: skew }),
    replayCache,
    acceptEd25519Alg,
    types,
    ...config,
  });
}

function presented({ token, token_hex: bytes, now_ms: now, ...vector }) {
  const given = { now, era: vector.era ?? 'legacy' };
  if (vector.proof !== undefined) {
    given.proof = vector.proof;
    given.method = vector.method;
    given.requestHash = Buffer.from(vector.request_hash_hex, 'hex');
  }
  if (vector.proven_key !== undefined) given.provenKey = PublicKey.fromBase64(vector.proven_key);
  return [bytes === undefined ? token : Buffer.from(bytes, 'hex').toString(), given];
}

/** As the vectors write it. */
function written(result, claim, asked) {
  const { verified, admitted, reason, where } = result;
  if (!verified) {
    const [key] = asked;
    const needed = key && { needs_key: true, issuer: key[0], key_id: key[1] };
    return { verified, admitted, reason, where, ...needed };
  }
  return {
    verified,
    admitted,
    issuer: result.issuer,
    key_id: result.keyId,
    subject: result.subject,
    token_id: result.tokenId,
    trust_level: result.trustLevel,
    audience_checked: result.audienceChecked,
    proven: result.proven,
    expires_at_ms: result.expiresAt.getTime(),
    replay_key: claim.key,
    replay_bucket: claim.bucket,
    replay_expires_at_ms: claim.expiresAt,
    ...(result.confirmationThumbprint && { confirmation_jkt: result.confirmationThumbprint }),
  };
}

test('the table of reasons', () => {
  const rows = attestationReasons.map(({ name, code, httpStatus, legacyCode }) => ({
    name,
    code,
    http_status: httpStatus,
    legacy_code: legacyCode,
  }));
  const byName = (a, b) => a.name.localeCompare(b.name);
  assert.deepEqual(rows.sort(byName), reasons.sort(byName));
});

test('verdicts', async (t) => {
  assert.ok(verdicts.length > 600);
  for (const vector of verdicts) {
    await t.test(vector.name, async () => {
      const asked = [];
      let claim;
      const store = {
        insert(given) {
          claim = given;
          return 'inserted';
        },
      };
      const server = verifierFor(vector, store, asked);
      for (let again = 0; again < 2; again++) {
        asked.length = 0;
        const result = await server.verify(...presented(vector));
        assert.deepEqual(written(result, claim, asked), vector.verdict);
      }
    });
  }
});

for (const vector of sequences) {
  test(`sequence: ${vector.name}`, async () => {
    const { max_entries: maxEntries = 1000, max_per_bucket: maxPerBucket = 1000 } = vector;
    const server = verifierFor(vector, new InMemoryReplayCache({ maxEntries, maxPerBucket }));
    for (const [at, step] of vector.steps.entries()) {
      const { reason } = await server.verify(...presented(step));
      assert.equal(reason, step.reason ?? null, `step ${at}`);
    }
  });
}

const members = { kind: 'kind', id: 'id_json', method: 'method', era: 'era', token: 'token' };

for (const vector of messages) {
  test(`message: ${vector.name}`, () => {
    if (vector.code !== undefined) {
      const { code: codeName, where } = vector;
      const expected = { codeName, ...(where === undefined ? {} : { where }) };
      assert.throws(() => readAttestedMessage(vector.json), expected);
      return;
    }
    const message = readAttestedMessage(vector.json);
    for (const [name, key] of Object.entries(members)) {
      if (name !== 'era' || key in vector) assert.equal(message[name], vector[key] ?? null, name);
    }
    assert.equal(message.proof, vector.proof ?? null);
    assert.equal(message.carrierFault, vector.carrier_fault ?? null);
    if (vector.unhashable === undefined) assert.equal(message.unhashable, null);
    else assert.ok(message.unhashable.startsWith(vector.unhashable), message.unhashable);
    const { request_hash_hex: expected } = vector;
    if (expected !== undefined) assert.equal(hex(message.requestHash), expected);
  });
}

for (const vector of hashes) {
  test(`hash: ${vector.name}`, () => {
    const hash = () => attestationRequestHash(vector.params, vector.era);
    if (vector.code === undefined) assert.equal(hex(hash()), vector.hash_hex);
    else assert.throws(hash, { codeName: vector.code });
  });
}

for (const vector of jwks) {
  test(`JWK Set: ${vector.name}`, () => {
    if (vector.code !== undefined) {
      assert.throws(() => native.readAttestationJwks(vector.json), { codeName: vector.code });
      return;
    }
    const { keys, skipped } = native.readAttestationJwks(vector.json);
    assert.deepEqual(
      keys.map(([kid, key]) => [kid, native.publicKeyToBase64(key)]),
      vector.keys,
    );
    assert.deepEqual(
      skipped.map(([position]) => position),
      vector.skipped,
    );
  });
}

for (const vector of issued) {
  test(`issued: ${vector.name}`, () => {
    const key = native.secretKeyFromBytes(Buffer.from(vector.seed_hex, 'hex'));
    const { claims, now_ms: now, key_id: kid, lifetime } = vector;
    const issue = () => native.issueAttestation(claims, key, now, kid, lifetime);
    if (vector.code === undefined) {
      assert.equal(issue(), vector.token);
      const input = native.attestationSigningInput(claims, now, kid, lifetime);
      const signature = SecretKey.fromBytes(Buffer.from(vector.seed_hex, 'hex')).sign(input);
      assert.equal(native.assembleAttestation(input, signature), vector.token);
    } else {
      assert.throws(issue, { codeName: vector.code, where: vector.where || null });
    }
  });
}
