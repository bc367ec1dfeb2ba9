// Audit lines: what the core writes of a decision, and what it leaves out.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createEnvelope, Gate, issueToken, PolicySet, SecretKey } from 'callgate';
import { auditEvent, auditOutcome, Redaction } from 'callgate/audit';
import { vectors } from './vectors.mjs';

const issuer = SecretKey.generate();
const agent = SecretKey.generate();
const token = issueToken({ sub: 'exec-1', scp: 'c', jti: 's-1' }, issuer);
const policy = PolicySet.parse('name: c\ncapabilities: [{tool_pattern: "fs.*"}]\n');
const gate = new Gate(policy, { issuerKeys: [issuer.publicKey] });
gate.openSession(token, agent.publicKey);

let calls = 0;
function envelope(args, name = 'fs.read') {
  const params = { name, arguments: args };
  calls += 1;
  return createEnvelope({ jsonrpc: '2.0', id: calls, method: 'tools/call', params }, token, agent);
}
const decide = (...call) => gate.authorize(envelope(...call));
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

test('an allowed call has its proof', () => {
  const decision = decide({ path: '/a' });
  const event = JSON.parse(auditEvent(decision, { traceId: 't', peer: '::1' }));
  assert.equal(event.event, 'ToolCallAuthorized');
  assert.equal(event.payload, decision.signedPayload);
  assert.equal(event.timestamp, decision.timestamp);
  assert.equal(event.token, sha256(token));
  assert.equal(Buffer.from(decision.tokenDigest).toString('hex'), event.token);
  assert.equal(event.trace_id, 't');
  assert.equal(event.peer, '::1');
});

test('an event names the subject of the session', () => {
  const decision = decide({ path: '/a' });
  const subject = {
    name: 'spiffe://mesh.example/agent',
    source: 'svid',
    entity: 'mesh.example',
    spiffeId: 'spiffe://mesh.example/agent',
    certificateSha256: 'ab'.repeat(32),
    attestationIssuer: 'https://issuer.example.com',
    attestationSubject: 'spiffe://issuer.example.com/model/m',
    trustLevel: 'enterprise',
  };
  const event = JSON.parse(auditEvent(decision, { subject }));
  assert.equal(event.attestation_issuer, subject.attestationIssuer);
  assert.equal(event.attestation_subject, subject.attestationSubject);
  assert.equal(event.trust_level, 'enterprise');
  assert.equal(event.subject, subject.name);
  assert.equal(event.subject_source, 'svid');
  assert.equal(event.entity, 'mesh.example');
  assert.equal(event.spiffe_id, subject.spiffeId);
  assert.equal(event.certificate_sha256, subject.certificateSha256);
  // What is not known is not written.
  const known = JSON.parse(auditEvent(decision, { subject: { name: 'n', source: 's' } }));
  assert.equal(known.subject, 'n');
  assert.ok(!('entity' in known) && !('spiffe_id' in known));
  assert.ok(!('subject' in JSON.parse(auditEvent(decision))));
});

test('a denied call says why', () => {
  const event = JSON.parse(auditEvent(decide({}, 'web.get')));
  assert.equal(event.event, 'PolicyViolationBlocked');
  assert.equal(event.code_name, 'TOOL_NOT_ALLOWED');
});

test('of a forged envelope only the digest is known', () => {
  const forged = Buffer.from(envelope({ path: '/a' })).toString().replace('/a', '/b');
  const decision = gate.authorize(forged);
  assert.equal(Buffer.from(decision.envelopeDigest).toString('hex'), sha256(forged));
  assert.equal(decision.signedPayload, null);
  const event = JSON.parse(auditEvent(decision));
  assert.equal(event.envelope_digest, sha256(forged));
  assert.equal(event.payload, undefined);
});

test('secrets are told by key and by shape', () => {
  const { secrets, harmless } = vectors('redaction');
  for (const { arguments: args, redacted } of secrets) {
    const event = JSON.parse(auditEvent(decide(args)));
    assert.deepEqual(event.redacted, redacted);
    assert.equal(event.payload, undefined);
  }
  for (const { arguments: args } of harmless) {
    assert.equal(JSON.parse(auditEvent(decide(args))).redacted, undefined);
  }
});

test('what is redacted can be chosen', () => {
  const shown = (options) =>
    JSON.parse(auditEvent(decide({ pin: 1, a: 2 }), { redaction: new Redaction(options) }));
  assert.deepEqual(shown({ keys: ['p?n'] }).arguments, { pin: '[redacted]', a: 2 });
  assert.deepEqual(shown({ tools: ['fs.*'] }).redacted, ['']);
  assert.equal(shown({ hideArguments: true }).arguments, undefined);
});

test('an outcome says how a call ended', () => {
  assert.equal(auditOutcome({ event: 7, outcome: 'unknown' }), '{"event":7,"outcome":"unknown"}');
  const ended = { event: 7, outcome: 'succeeded', result: Buffer.from('{}'), milliseconds: 1.5 };
  assert.equal(
    auditOutcome({ ...ended, dispatched: true }),
    `{"dispatched":true,"duration_ms":1.5,"event":7,"outcome":"succeeded",` +
      `"result":"${sha256('{}')}","result_bytes":2}`,
  );
});

test('wrong types are refused at the border', () => {
  assert.throws(() => auditEvent({}), TypeError);
  assert.throws(() => auditEvent(policy.evaluate('c', 'fs.read', {})), TypeError);
  assert.throws(() => auditEvent(decide({}), { redaction: {} }), TypeError);
  assert.throws(() => auditEvent(decide({}), { peer: 1 }), TypeError);
  for (const subject of ['n', null, {}, { name: 'n' }, { name: 'n', source: 's', entity: 1 }]) {
    assert.throws(() => auditEvent(decide({}), { subject }), TypeError);
  }
  assert.throws(() => new Redaction({ keys: 'token' }), TypeError);
  assert.throws(() => auditOutcome({ event: 1.5, outcome: 'failed' }), { codeName: 'INVALID_ARGUMENT' });
});
