// The attacks are performed, and a defence that is missing shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as attestation from 'callgate/attestation';

const REASONS = {
  model_spoofing: ['kid', 'signature'],
  provenance_forgery: ['untrusted_issuer'],
  token_replay: ['replay'],
  token_tampering: ['signature'],
  issuer_spoofing: ['untrusted_issuer', 'untrusted_issuer', 'untrusted_issuer'],
  downgrade_attack: ['not_provided', 'malformed'],
  audience_mismatch: ['audience'],
  safety_downgrade: ['signature', 'policy'],
};

test('all eight attacks are blocked, each for its reason', async () => {
  const simulator = await attestation.AttackSimulator.create();
  const results = await simulator.runAllAttacks();
  assert.deepEqual(
    results.map(({ attackType }) => attackType),
    Object.values(attestation.AttackType),
  );
  for (const { attackType, blocked, details, errorMessage } of results) {
    assert.equal(blocked, true, attackType);
    const { harmless, ...tries } = details;
    assert.equal(harmless, 'verified', attackType);
    assert.deepEqual(Object.values(tries), REASONS[attackType], attackType);
    assert.ok(errorMessage.length > 0);
  }
});

test('the report says what was tried and how it ended', async (t) => {
  const printed = [];
  t.mock.method(console, 'log', (text) => printed.push(text));
  const results = await attestation.runAttackSimulations();
  const report = printed.join('\n');
  assert.match(report, /8 of 8 attacks blocked$/);
  for (const { attackName } of results) assert.ok(report.includes(attackName));
  printed.length = 0;
  attestation.printAttackReport([{ ...results[0], blocked: false }, results[1]]);
  assert.match(printed.join('\n'), /^NOT BLOCKED {2}Model spoofing/);
  assert.match(printed.join('\n'), /1 of 2 attacks blocked$/);
});
