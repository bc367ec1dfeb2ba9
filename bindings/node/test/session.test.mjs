import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretKey, SessionError } from 'callgate';
import { Caller, gate, NOW, token } from './calls.mjs';

const now = NOW;
const DOCS = { path: '/workspace/docs/a' };

test('a session is what its token says', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const { session } = caller;
  assert.equal(session.id, 'session-1');
  assert.equal(session.subject, 'agent-7');
  assert.equal(session.context, 'work');
  assert.equal(session.root, 'agent-7');
  assert.equal(session.parent, null);
  assert.equal(session.state, 'open');
  assert.equal(session.expiresAt.getTime(), Math.floor(now / 1000) * 1000 + 3_600_000);
  assert.ok(session.publicKey.equals(caller.key.publicKey));
  assert.ok(session.effects.length > 0);
  const found = gateway.session('session-1');
  assert.deepEqual([found.id, found.state, found.effects.length], ['session-1', 'open', 0]);
  assert.equal(gateway.session('no-such'), null);
  assert.equal(gateway.isOpen('session-1'), true);
  assert.equal(gateway.isOpen('no-such'), false);
});

test('renewal moves the end, and nothing else', () => {
  const gateway = gate();
  new Caller(gateway);
  const later = now + 1_800_000;
  const renewed = gateway.renewSession('session-1', token({}, later), { now: later });
  assert.equal(renewed.expiresAt.getTime(), Math.floor(later / 1000) * 1000 + 3_600_000);
  assert.throws(
    () => gateway.renewSession('session-1', token({ sub: 'other' }, later), { now: later }),
    { name: 'SessionError', codeName: 'INVALID_TOKEN' },
  );
});

for (const [name, state] of [
  ['endSession', 'ended'],
  ['revokeSession', 'revoked'],
]) {
  test(`${name} is final`, () => {
    const gateway = gate();
    const caller = new Caller(gateway);
    assert.equal(gateway[name]('session-1').state, state);
    assert.equal(gateway.session('session-1').state, state);
    assert.equal(gateway.isOpen('session-1'), false);
    const decision = gateway.authorize(caller.call('fs.read', DOCS), { now });
    assert.equal(decision.codeName, 'SESSION_INACTIVE');
    const reopen = () => gateway.openSession(caller.token, caller.key.publicKey, { now });
    assert.throws(reopen, { name: 'SessionError', codeName: 'SESSION_INACTIVE' });
    assert.throws(() => gateway[name]('no-such'), { codeName: 'UNKNOWN_SESSION' });
  });
}

test('a child is within its parent, and goes with it', () => {
  const gateway = gate();
  const parent = new Caller(gateway);
  const claims = { jti: 'child', sub: 'helper', scp: 'narrow' };
  const child = new Caller(gateway, claims, { parent: 'session-1' });
  assert.equal(child.session.parent, 'session-1');
  assert.equal(child.session.root, 'agent-7');
  assert.equal(gateway.authorize(child.call('fs.read', DOCS), { now }).allowed, true);
  const outside = child.call('fs.read', { path: '/workspace/a' });
  assert.equal(gateway.authorize(outside, { now }).codeName, 'PATH_NOT_ALLOWED');

  const wide = { jti: 'wide', scp: 'wide' };
  assert.throws(() => new Caller(gateway, wide, { parent: 'session-1' }), {
    codeName: 'CONTEXT_EXCEEDS_PARENT_CEILING',
    code: 3004,
  });
  assert.throws(() => new Caller(gateway, wide, { parent: 'no-such' }), {
    codeName: 'UNKNOWN_SESSION',
  });

  gateway.endSession(parent.session.id);
  const after = gateway.authorize(child.call('fs.read', DOCS), { now });
  assert.equal(after.codeName, 'SESSION_INACTIVE');
});

test('tokens that do not open a session say why', () => {
  const gateway = gate();
  const key = SecretKey.generate().publicKey;
  const open = (claims) => gateway.openSession(token(claims), key, { now });
  // In a gate of its own: the time of a ledger does not run backwards.
  const late = () => gate().openSession(token(), key, { now: now + 3_600_000 });
  const errors = [
    [() => open({ scp: 'no-such' }), 'SCOPE_NOT_FOUND'],
    [late, 'EXPIRED_TOKEN'],
    [() => gateway.openSession('a.b.c', key, { now }), 'INVALID_TOKEN'],
    [() => open({ cnf: { jkt: SecretKey.generate().publicKey.thumbprint } }), 'KEY_REFUSED'],
  ];
  for (const [call, codeName] of errors) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof SessionError);
      assert.equal(error.codeName, codeName);
      return true;
    });
  }
  open({ cnf: { jkt: key.thumbprint } });
  const other = SecretKey.generate().publicKey;
  assert.throws(() => gateway.openSession(token(), other, { now }), { codeName: 'KEY_REFUSED' });
});

test('resetClock ends every session', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const record = gateway.resetClock(new Date(now + 5000));
  assert.ok(record.length > 0);
  const wire = caller.call('fs.read', DOCS, { now: now + 5000 });
  assert.equal(gateway.authorize(wire, { now: now + 5000 }).codeName, 'SESSION_INACTIVE');
});

test('a second gate knows what the first exported and what happened since', () => {
  const first = gate();
  const caller = new Caller(first);
  const before = caller.call('fs.read', DOCS);
  first.authorize(before, { now });
  const state = first.exportState();
  const since = caller.call('fs.read', DOCS);
  const effects = [first.authorize(since, { now }).effects];
  effects.push(new Caller(first, { jti: 'session-2' }).session.effects);

  const second = gate();
  second.restoreState(state, { effects });
  second.restoreState(state, { effects: [...effects, ...effects] });
  for (const wire of [before, since]) {
    const decision = second.authorize(wire, { now });
    assert.equal(decision.codeName, 'REPLAY_DETECTED');
    assert.equal(decision.cause, 'already_seen');
  }
  assert.equal(second.session('session-2').state, 'open');
  assert.equal(second.authorize(caller.call('fs.read', DOCS), { now }).allowed, true);
});

test('a state that is malformed changes nothing', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const state = gateway.exportState();
  for (const bad of [new Uint8Array(0), Buffer.from('{}'), state.subarray(0, state.length - 3)]) {
    assert.throws(() => gateway.restoreState(bad), { codeName: 'INVALID_ARGUMENT' });
  }
  assert.throws(() => gateway.restoreState(state, { effects: [Buffer.from('x')] }), {
    name: 'CallgateError',
    codeName: 'INVALID_ARGUMENT',
  });
  assert.equal(gateway.authorize(caller.call('fs.read', DOCS), { now }).allowed, true);
});
