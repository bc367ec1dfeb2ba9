import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  CallgateError,
  createEnvelope,
  DeniedError,
  Gate,
  issueToken,
  KeyFormatError,
  PolicySet,
  SecretKey,
} from 'callgate';
import { Caller, gate, issuer, NOW, policy, token } from './calls.mjs';
import { vectors } from './vectors.mjs';

const now = NOW;
const READ = { path: '/workspace/a' };

test('an allowed call carries what was verified', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const wire = caller.call('fs.read', READ);
  const decision = gateway.authorize(wire, { now });
  assert.equal(decision.allowed, true);
  assert.equal(decision.code, null);
  assert.equal(
    decision.payload,
    '{"id":"req-1","jsonrpc":"2.0","method":"tools/call",' +
      '"params":{"arguments":{"path":"/workspace/a"},"name":"fs.read"}}',
  );
  assert.equal(decision.sessionId, 'session-1');
  assert.equal(decision.subject, 'agent-7');
  assert.equal(decision.context, 'work');
  assert.equal(decision.method, 'tools/call');
  assert.equal(decision.tool, 'fs.read');
  assert.equal(decision.requestId, 'req-1');
  assert.equal(decision.arguments, '{"path":"/workspace/a"}');
  assert.ok(decision.publicKey.equals(caller.key.publicKey));
  const { signature } = JSON.parse(wire);
  assert.equal(Buffer.from(decision.signature).toString('base64'), signature);
  const message =
    `{"payload":${decision.payload},"security_token":"${caller.token}",` +
    `"timestamp":${Math.floor(now / 1000)}}`;
  const digest = createHash('sha256').update(message).digest('hex');
  assert.equal(Buffer.from(decision.messageDigest).toString('hex'), digest);
  assert.equal(decision.policyDigest, policy.digest);
  assert.equal(decision.maxResponseSize, 100);
  assert.deepEqual(decision.charged, []);
  assert.ok(decision.effects.length > 0);
  assert.equal(decision.capability, 0);
});

test('a denied call carries what was verified, and no payload', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const decision = gateway.authorize(caller.call('fs.read', { path: '/etc/passwd' }), { now });
  assert.equal(decision.allowed, false);
  assert.equal(decision.codeName, 'PATH_NOT_ALLOWED');
  assert.ok(!('payload' in decision));
  assert.equal(decision.sessionId, 'session-1');
  assert.equal(decision.tool, 'fs.read');
  assert.equal(decision.requestId, 'req-1');
  assert.equal(decision.details[0].where, '/path');
  assert.equal(decision.cause, null);
  assert.equal(decision.retryAfter, null);
});

test('nothing that rests on what was not verified is reported', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  // Here the token verified, so its claims are known; of the payload nothing is.
  const forged = gateway.authorize(caller.call('fs.read', READ, { key: SecretKey.generate() }), {
    now,
  });
  assert.equal(forged.codeName, 'INVALID_SIGNATURE');
  const foreign = issueToken({ sub: 'x', scp: 'work', jti: 'session-1' }, caller.key, { now });
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const unsigned = [
    createEnvelope(list, foreign, caller.key, { now }),
    'not json',
    '',
    new Uint8Array(0),
    '{}',
  ].map((data) => gateway.authorize(data, { now }));
  for (const decision of [forged, ...unsigned]) {
    assert.equal(decision.allowed, false);
    assert.equal(decision.method, null);
    assert.equal(decision.tool, null);
    assert.equal(decision.arguments, null);
    assert.equal(decision.requestId, null);
    assert.equal(decision.messageDigest, null);
  }
  for (const decision of unsigned) {
    assert.equal(decision.subject, null);
    assert.equal(decision.sessionId, null);
  }
});

test('each attack is denied by its own name', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const other = new Caller(gateway, { jti: 'session-2' });
  const edit = (wire, change) => {
    const envelope = JSON.parse(wire);
    change(envelope);
    return JSON.stringify(envelope);
  };
  const once = caller.call('fs.read', READ);
  assert.equal(gateway.authorize(once, { now }).allowed, true);
  const attacks = [
    ['replayed', once, 'REPLAY_DETECTED'],
    [
      'payload changed',
      edit(caller.call('fs.read', READ), (e) => {
        e.payload.params.arguments.path = '/workspace/b';
      }),
      'INVALID_SIGNATURE',
    ],
    [
      'timestamp changed',
      edit(caller.call('fs.read', READ), (e) => {
        e.timestamp = '2026-02-17T14:32:05.000Z';
      }),
      'INVALID_SIGNATURE',
    ],
    [
      'signature from another key',
      caller.call('fs.read', READ, { key: other.key }),
      'INVALID_SIGNATURE',
    ],
    ['stale', caller.call('fs.read', READ, { now: now - 31_000 }), 'REPLAY_DETECTED'],
    ['ahead', caller.call('fs.read', READ, { now: now + 31_000 }), 'REPLAY_DETECTED'],
    ['deny list', caller.call('fs.delete', READ), 'TOOL_EXPLICITLY_DENIED'],
    ['another tool', caller.call('shell.run', {}), 'TOOL_NOT_ALLOWED'],
    ['fsevil under fs.*', caller.call('fsevil.rm', READ), 'TOOL_NOT_ALLOWED'],
    ['dot dot', caller.call('fs.read', { path: '/workspace/../etc/passwd' }), 'PATH_NOT_ALLOWED'],
    ['duplicate key', String(once).replace('{', '{"protocol":"smcp/v1",'), 'INVALID_ENVELOPE'],
  ];
  for (const [name, wire, code] of attacks) {
    const decision = gateway.authorize(wire, { now });
    assert.equal(decision.allowed, false, name);
    assert.equal(decision.codeName, code, name);
  }
  assert.equal(gateway.authorize(once, { now }).cause, 'already_seen');
  const stale = caller.call('fs.read', READ, { now: now - 31_000 });
  assert.equal(gateway.authorize(stale, { now }).cause, 'outside_window');
});

test('a session that was never opened is unknown', () => {
  const gateway = gate();
  const elsewhere = new Caller(gate());
  const decision = gateway.authorize(elsewhere.call('fs.read', READ), { now });
  assert.equal(decision.codeName, 'UNKNOWN_SESSION');
});

test('authorizeOrThrow gives the allowed decision, or throws with the denial', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  assert.match(gateway.authorizeOrThrow(caller.call('fs.read', READ), { now }).payload, /fs.read/);
  const wire = caller.call('fs.delete', READ);
  assert.throws(
    () => gateway.authorizeOrThrow(wire, { now }),
    (error) => {
      assert.ok(error instanceof DeniedError);
      assert.ok(error instanceof CallgateError);
      assert.equal(error.name, 'DeniedError');
      assert.equal(error.codeName, 'TOOL_EXPLICITLY_DENIED');
      assert.equal(error.code, 2001);
      assert.equal(error.requestId, 'req-2');
      assert.equal(error.decision.allowed, false);
      assert.ok(!inspect(error).includes('/workspace/a'));
      return true;
    },
  );
});

test('a rate limit says when there is room again, in seconds', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  for (let i = 0; i < 2; i++) {
    const decision = gateway.authorize(caller.call('web.search', {}), { now });
    assert.equal(decision.allowed, true);
    assert.equal(decision.charged.length, 1);
    assert.equal(decision.charged[0].calls, 2);
  }
  const later = now + 500;
  const limited = gateway.authorize(caller.call('web.search', {}, { now: later }), { now: later });
  assert.equal(limited.codeName, 'RATE_LIMIT_EXCEEDED');
  assert.equal(limited.retryAfter, 59.5);
});

test('policy_rates.json: every step through a gate', () => {
  const T0 = Date.UTC(2026, 0, 1);
  const DAY = 86_400_000;
  for (const vector of vectors('policy_rates').vectors) {
    const gateway = new Gate(PolicySet.parse(vector.policy_text), {
      issuerKeys: [issuer.publicKey],
    });
    const claims = vector.root?.sessions ?? {};
    const key = SecretKey.generate();
    const open = new Map();
    const tokenOf = (id, at) => {
      const { sub = 'root', scp = 'c' } = claims[id] ?? {};
      return issueToken({ sub, scp, jti: id }, issuer, { now: at, lifetime: 86_400 });
    };
    const openSession = (id) => {
      if (open.has(id)) return;
      const parent = claims[id]?.parent;
      if (parent !== undefined) openSession(parent);
      const issued = tokenOf(id, T0);
      const options = parent === undefined ? { now: T0 } : { now: T0, parent };
      gateway.openSession(issued, key.publicKey, options);
      open.set(id, { issued, until: T0 + DAY });
    };
    vector.steps.forEach((step, i) => {
      const at = T0 + step.at;
      openSession(step.session);
      for (const [id, session] of open) {
        if (at < session.until - DAY / 2) continue;
        // Renewed in time, at most half a day before.
        const renewal = Math.min(at, session.until - 1000);
        session.issued = tokenOf(id, renewal);
        session.until = renewal + DAY;
        gateway.renewSession(id, session.issued, { now: renewal });
      }
      const call = {
        jsonrpc: '2.0',
        id: i,
        method: 'tools/call',
        params: { name: step.tool, arguments: step.arguments },
      };
      const wire = createEnvelope(call, open.get(step.session).issued, key, { now: at });
      const decision = gateway.authorize(wire, { now: at });
      const name = `${vector.id}, step ${i}`;
      assert.equal(decision.allowed, step.allowed, `${name}: ${decision.reason}`);
      assert.equal(decision.codeName, step.code, name);
      if (step.retry_after !== undefined && step.retry_after !== null) {
        assert.equal(decision.retryAfter, step.retry_after, name);
      }
    });
  }
});

test('tools/list is allowed for a live session, without policy', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const decision = gateway.authorize(createEnvelope(list, caller.token, caller.key, { now }), {
    now,
  });
  assert.equal(decision.allowed, true);
  assert.equal(decision.method, 'tools/list');
  assert.equal(decision.tool, null);
  assert.equal(decision.requestId, 1);
});

test('a request id that a number does not hold is a bigint', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const call = '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}';
  const wire = createEnvelope(call, caller.token, caller.key, { now });
  const decision = gateway.authorize(wire, { now });
  assert.equal(decision.requestId, 9007199254740993n);
  assert.equal(JSON.parse(JSON.stringify(decision)).requestId, '9007199254740993');
});

test('a response is judged by the decision that allowed the call', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const decision = gateway.authorize(caller.call('fs.read', READ), { now });
  assert.equal(decision.checkResponse({ text: 'x'.repeat(80) }).allowed, true);
  assert.equal(decision.checkResponse({ text: 'x'.repeat(100) }).codeName, 'OUTPUT_SIZE_EXCEEDED');
  const denied = gateway.authorize(caller.call('fs.delete', READ), { now });
  assert.equal(denied.checkResponse('{}').allowed, false);
  const deep = JSON.parse(`${'['.repeat(65)}${']'.repeat(65)}`);
  assert.equal(decision.checkResponse(JSON.stringify(deep)).codeName, 'OUTPUT_SIZE_EXCEEDED');
  assert.throws(() => decision.checkResponse(deep), { codeName: 'LIMIT_EXCEEDED' });
});

test('decisions stay what they were while thousands more are taken', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const kept = [];
  for (let i = 0; i < 200; i++) {
    const path = i % 3 ? `/workspace/${i}` : `/etc/${i}`;
    kept.push([i, path, gateway.authorize(caller.call('fs.read', { path }), { now })]);
  }
  gateway.revokeSession('session-1');
  for (const [i, path, decision] of kept) {
    assert.equal(decision.allowed, i % 3 !== 0);
    assert.equal(decision.arguments, JSON.stringify({ path }));
    if (decision.allowed) assert.ok(decision.payload.includes(`"id":"req-${i + 1}"`));
  }
});

test('a decision prints without its payload, key and token', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const shown = inspect(gateway.authorize(caller.call('fs.read', READ), { now }));
  assert.match(shown, /^Decision \{\n {2}allowed: true/);
  assert.ok(!shown.includes('/workspace/a') && !shown.includes(caller.token));
});

test('a gate prints the policy it judges by, and nothing else', () => {
  const gateway = gate();
  assert.equal(inspect(gateway), `Gate {\n  policyDigest: '${policy.digest}'\n}`);
  const other = PolicySet.parse('{"name":"work","capabilities":[]}');
  gateway.setPolicy(other);
  assert.ok(inspect(gateway, { showHidden: true, depth: null }).includes(other.digest));
});

test('a tool that is not there is denied and not charged', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  gateway.setOfferedTools(['fs.write', 'web.*']);
  const envelope = caller.call('fs.read', READ);
  const denied = gateway.authorize(envelope, { now });
  assert.deepEqual([denied.codeName, denied.cause], ['TOOL_NOT_ALLOWED', 'unknown_tool']);
  assert.equal(denied.reason, 'no tool server offers this tool');
  assert.equal(gateway.authorize(envelope, { now }).cause, 'already_seen');
  assert.throws(() => gateway.setOfferedTools(['no pattern']), { codeName: 'INVALID_ARGUMENT' });
  assert.throws(() => gateway.setOfferedTools('fs.read'), TypeError);
  assert.throws(() => gateway.setOfferedTools([1]), TypeError);
  gateway.setOfferedTools(null);
  assert.equal(gateway.authorize(caller.call('fs.read', READ), { now }).allowed, true);
});

test('setPolicy and setIssuerKeys take effect at once', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  gateway.setPolicy(PolicySet.parse('{"name":"work","capabilities":[]}'));
  const decision = gateway.authorize(caller.call('fs.read', READ), { now });
  assert.equal(decision.codeName, 'TOOL_NOT_ALLOWED');
  gateway.setPolicy(policy);
  assert.equal(gateway.authorize(caller.call('fs.read', READ), { now }).allowed, true);
  gateway.setIssuerKeys({ new: SecretKey.generate().publicKey });
  const stranger = gateway.authorize(caller.call('fs.read', READ), { now });
  assert.equal(stranger.codeName, 'INVALID_TOKEN');
});

test('the wall clock is the default', () => {
  const gateway = gate();
  const caller = new Caller(gateway, {}, { now: Date.now() });
  const wire = caller.call('fs.read', READ, { now: Date.now() });
  assert.equal(gateway.authorize(wire).allowed, true);
});

test('options out of range are INVALID_ARGUMENT, and no key is KeyFormatError', () => {
  for (const options of [
    { window: 0 },
    { window: 301 },
    { window: -1 },
    { leeway: 61 },
    { leeway: 0.5 },
    { limits: { maxReplayEntries: 1.5 } },
    { audience: 'gate', acceptAnyAudience: true },
  ]) {
    assert.throws(() => gate(options), { codeName: 'INVALID_ARGUMENT' }, inspect(options));
  }
  assert.throws(() => new Gate(policy, { issuerKeys: [] }), KeyFormatError);
  const gateway = gate({ window: 0.5 });
  const caller = new Caller(gateway);
  const wire = caller.call('fs.read', READ);
  assert.equal(gateway.authorize(wire, { now: now + 501 }).codeName, 'REPLAY_DETECTED');
});

test('limits bound an envelope', () => {
  const gateway = gate({ limits: { maxJsonBytes: 1000 } });
  const caller = new Caller(gateway);
  const wire = caller.call('fs.read', { path: `/workspace/${'a'.repeat(1000)}` });
  assert.equal(gateway.authorize(wire, { now }).codeName, 'INVALID_ENVELOPE');
});

test('wrong types raise TypeError before native code', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const { publicKey } = caller.key;
  for (const call of [
    () => new Gate(policy),
    () => new Gate(policy, {}),
    () => new Gate({}, { issuerKeys: [publicKey] }),
    () => new Gate(policy, { issuerKeys: [publicKey], isuer: 'x' }),
    () => new Gate(policy, { issuerKeys: [publicKey], window: '30' }),
    () => new Gate(policy, { issuerKeys: [publicKey], limits: 5 }),
    () => gateway.authorize({}),
    () => gateway.authorize('lone \ud800'),
    () => gateway.authorize('{}', now),
    () => gateway.authorize('{}', { at: now }),
    () => gateway.authorize('{}', { now: 'now' }),
    () => gateway.openSession(caller.token, caller.key),
    () => gateway.openSession(caller.token, publicKey, 'parent'),
    () => gateway.openSession(caller.token, publicKey, { parent: 5 }),
    () => gateway.session(5),
    () => gateway.isOpen(),
    () => gateway.endSession(),
    () => gateway.revokeSession(null),
    () => gateway.renewSession('session-1'),
    () => gateway.setPolicy({}),
    () => gateway.setIssuerKeys(publicKey),
    () => gateway.resetClock(),
    () => gateway.restoreState('state'),
    () => gateway.restoreState(new Uint8Array(1), { effects: 'x' }),
    () => gateway.restoreState(new Uint8Array(1), { effects: ['x'] }),
    () => Gate.prototype.authorize.call({}, '{}'),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
  for (const time of [0, NaN, now / 1000]) {
    assert.throws(() => gateway.authorize('{}', { now: time }), { codeName: 'INVALID_ARGUMENT' });
  }
});
