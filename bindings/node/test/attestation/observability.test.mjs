// What is counted and told.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { beforeEach, test } from 'node:test';
import {
  getMetrics,
  registerEventHandler,
  resetMetrics,
  unregisterEventHandler,
} from 'callgate/attestation';
import { claims, ISSUER, keyPair, NOW, signed, token, verifier } from './setup.mjs';

const now = NOW;

beforeEach(resetMetrics);

function listen(t) {
  const told = [];
  const handler = Object.fromEntries(
    [
      'onVerificationSuccess',
      'onVerificationFailure',
      'onReplayDetected',
      'onTokenCreated',
      'onCircuitBreakerStateChange',
      'onJwksFetch',
    ].map((name) => [name, (...values) => told.push([name, ...values])]),
  );
  registerEventHandler(handler);
  t.after(() => unregisterEventHandler(handler));
  return { told, handler };
}

test('verifications, issuance and replays are counted', async () => {
  const server = verifier();
  const once = await token();
  await server.verify(once, { now });
  await server.verify(once, { now });
  await server.verify(null);
  const metrics = getMetrics();
  assert.equal(metrics.verificationTotal, 3);
  assert.equal(metrics.verificationSuccessTotal, 1);
  assert.equal(metrics.verificationFailureTotal, 2);
  assert.equal(metrics.replayDetectedTotal, 1);
  assert.equal(metrics.tokenCreationTotal, 1);
  assert.deepEqual(Object.fromEntries(metrics.failures), { replay: 1, not_provided: 1 });
  assert.equal(metrics.verificationDuration.count, 3);
  const json = JSON.parse(JSON.stringify(metrics));
  assert.deepEqual(json.issuers, { [ISSUER]: { verifications: 1, tokensCreated: 1, replays: 1 } });
});

test('events are told, and no token is in them', async (t) => {
  const { told } = listen(t);
  const server = verifier();
  const sent = await token();
  const { tokenId } = await server.verify(sent, { now });
  await server.verify(sent, { now });
  const subject = 'spiffe://anthropic.com/model/claude-sonnet-4';
  assert.deepEqual(
    told.map(([name, ...values]) => [name, ...values.filter((value) => typeof value !== 'string')]),
    [
      ['onTokenCreated', 300],
      ['onVerificationSuccess'],
      ['onReplayDetected'],
      ['onVerificationFailure', -32004],
    ],
  );
  assert.deepEqual(told[1], ['onVerificationSuccess', ISSUER, subject, 'provider']);
  assert.deepEqual(told[2], ['onReplayDetected', ISSUER, tokenId]);
  assert.ok(!JSON.stringify(told).includes(sent));
});

test('an issuer that did not verify is in no label and no event', async (t) => {
  const { told } = listen(t);
  const server = verifier();
  const evil = 'https://evil.example/"\n';
  for (const sent of [
    signed(claims({ iss: evil })),
    signed(claims(), { key: keyPair(9).privateKey }),
    signed(claims(), { header: { kid: evil } }),
  ]) {
    assert.equal((await server.verify(sent, { now })).verified, false);
  }
  assert.deepEqual(
    told.map(([name, issuer]) => [name, issuer]),
    Array(3).fill(['onVerificationFailure', null]),
  );
  const text = getMetrics().toPrometheus() + JSON.stringify(told);
  assert.ok(!text.includes('evil') && !text.includes(`issuer="${ISSUER}"`));
});

test('the text of Prometheus is well formed', async () => {
  const metrics = getMetrics();
  metrics.recordVerification(true, 2, 'https://a.example/"\\\n');
  metrics.recordVerification(true, 4, 'https://b.example');
  const lines = metrics.toPrometheus().split('\n');
  const families = lines.filter((line) => line.startsWith('# TYPE'));
  assert.equal(new Set(families).size, families.length);
  assert.ok(lines.includes('attestation_verification_total 2'));
  assert.ok(lines.includes('attestation_verification_duration_ms_avg 3'));
  assert.ok(lines.includes('attestation_verification_duration_seconds_sum 0.006'));
  assert.ok(
    lines.includes(
      'attestation_issuer_verifications_total{issuer="https://a.example/\\"\\\\\\n"} 1',
    ),
  );
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    assert.match(line, /^[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\.)*"\})? [0-9.e+-]+$/);
  }
});

test('issuers beyond a bound are counted together', () => {
  const metrics = getMetrics();
  for (let n = 0; n < 1100; n++) metrics.recordVerification(true, 1, `https://${n}.example`);
  const { issuers } = metrics.toJSON();
  assert.equal(Object.keys(issuers).length, 1001);
  assert.equal(issuers.other.verifications, 100);
});

test('a handler that throws does not stop the others', async (t) => {
  const broken = { onVerificationSuccess: () => assert.fail('secret') };
  registerEventHandler(broken);
  t.after(() => unregisterEventHandler(broken));
  const { told } = listen(t);
  const warned = once(process, 'warning');
  const result = await verifier().verify(await token(), { now });
  assert.equal(result.verified, true);
  const [warning] = await warned;
  assert.equal(warning.code, 'CALLGATE_EVENT_HANDLER');
  assert.ok(!warning.message.includes('secret'));
  assert.ok(told.some(([name]) => name === 'onVerificationSuccess'));
});

test('a handler that was unregistered is not called', async (t) => {
  const { told, handler } = listen(t);
  unregisterEventHandler(handler);
  await verifier().verify(await token(), { now });
  assert.deepEqual(told, []);
  assert.throws(() => registerEventHandler(null), TypeError);
});
