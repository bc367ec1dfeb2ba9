import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Plan } from 'callgate';
import { Caller, gate, NOW } from './calls.mjs';

const now = NOW;
const READ = { path: '/workspace/a' };

function planned(tool, args) {
  const gateway = gate();
  const caller = new Caller(gateway);
  const wire = caller.call(tool, args);
  return { caller, wire, plan: gateway.plan(wire, { now }) };
}

test('a plan says what a ledger has to check and record', () => {
  const { caller, wire, plan } = planned('web.search', {});
  assert.ok(plan.replayKey.publicKey.equals(caller.key.publicKey));
  const signature = Buffer.from(plan.replayKey.signature).toString('base64');
  assert.equal(signature, JSON.parse(wire).signature);
  assert.deepEqual(plan.sessions, ['session-1']);
  assert.equal(plan.timestamp.getTime(), now);
  assert.equal(plan.window, 30);
  assert.equal(plan.charges.length, 1);
  assert.deepEqual(
    plan.charges[0].map(({ calls, perSeconds }) => [calls, perSeconds]),
    [[2, 60]],
  );
});

test('a plan prints without key, signature, token and arguments', () => {
  const { caller, wire, plan } = planned('fs.read', READ);
  const shown = inspect(plan, { showHidden: true, depth: null });
  assert.match(shown, /^Plan \{\s+toCommit: true,\s+sessions: \[ 'session-1'/);
  for (const hidden of [JSON.parse(wire).signature, caller.token, READ.path]) {
    assert.ok(!shown.includes(hidden));
  }
});

test('committed: the decision allows, and says what was charged', () => {
  const { plan } = planned('web.search', {});
  const { key } = plan.charges[0][0];
  const decision = plan.finish({ outcome: 'committed', taken: [0] });
  assert.equal(decision.allowed, true);
  assert.match(decision.payload, /web.search/);
  assert.equal(decision.charged[0].key, key);
});

test('every other outcome denies by its name', () => {
  for (const [outcome, codeName] of [
    [{ outcome: 'alreadySeen' }, 'REPLAY_DETECTED'],
    [{ outcome: 'rateLimited', retryAfter: 1.5 }, 'RATE_LIMIT_EXCEEDED'],
    [{ outcome: 'sessionInactive' }, 'SESSION_INACTIVE'],
    [{ outcome: 'full' }, 'LEDGER_FULL'],
    [{ outcome: 'unavailable' }, 'LEDGER_UNAVAILABLE'],
  ]) {
    const decision = planned('web.search', {}).plan.finish(outcome);
    assert.equal(decision.allowed, false);
    assert.equal(decision.codeName, codeName);
    assert.equal(decision.retryAfter, outcome.retryAfter ?? null);
  }
});

test('a negative time is no answer, and a wait is never less than the ledger said', () => {
  const finish = (retryAfter) =>
    planned('web.search', {}).plan.finish({ outcome: 'rateLimited', retryAfter });
  for (const wait of [-1.5, -0.0001]) {
    assert.equal(finish(wait).codeName, 'LEDGER_UNAVAILABLE');
    assert.equal(finish(wait).retryAfter, null);
  }
  for (const [said, told] of [[0, 0], [0.0001, 0.001], [1.5, 1.5], [1.5001, 1.501]]) {
    assert.equal(finish(said).retryAfter, told);
  }
});

test('what was taken but does not fit denies', () => {
  for (const taken of [[], [1], [0, 0]]) {
    const decision = planned('web.search', {}).plan.finish({ outcome: 'committed', taken });
    assert.equal(decision.codeName, 'LEDGER_UNAVAILABLE');
  }
});

test('a plan is finished once', () => {
  const { plan } = planned('fs.read', READ);
  assert.equal(plan.finish({ outcome: 'committed', taken: [] }).allowed, true);
  const again = plan.finish({ outcome: 'committed', taken: [] });
  assert.equal(again.allowed, false);
  assert.equal(again.codeName, 'INTERNAL_ERROR');
});

test('a call that policy denies is committed, without charges', () => {
  const { plan } = planned('fs.delete', READ);
  assert.notEqual(plan.replayKey, null);
  assert.deepEqual(plan.charges, []);
  const decision = plan.finish({ outcome: 'committed', taken: [] });
  assert.equal(decision.codeName, 'TOOL_EXPLICITLY_DENIED');
});

test('where nothing is to be committed the plan denies, whatever the outcome', () => {
  const plan = gate().plan('not an envelope', { now });
  assert.equal(plan.replayKey, null);
  assert.equal(plan.timestamp, null);
  assert.deepEqual(plan.sessions, []);
  assert.equal(plan.finish({ outcome: 'committed', taken: [] }).codeName, 'INVALID_ENVELOPE');
});

test('planning writes nothing: the gate itself still takes the call', () => {
  const gateway = gate();
  const caller = new Caller(gateway);
  const wire = caller.call('fs.read', READ);
  gateway.plan(wire, { now });
  assert.equal(gateway.authorize(wire, { now }).allowed, true);
});

test('wrong types raise TypeError before native code', () => {
  const { plan } = planned('web.search', {});
  for (const call of [
    () => new Plan(),
    () => plan.finish(),
    () => plan.finish('committed'),
    () => plan.finish({ outcome: 'allowed' }),
    () => plan.finish({ outcome: 'committed' }),
    () => plan.finish({ outcome: 'committed', taken: '0' }),
    () => plan.finish({ outcome: 'committed', taken: [0.5] }),
    () => plan.finish({ outcome: 'committed', taken: [-1] }),
    () => plan.finish({ outcome: 'committed', taken: ['0'] }),
    () => plan.finish({ outcome: 'rateLimited' }),
    () => gate().plan(5),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
  assert.equal(plan.finish({ outcome: 'committed', taken: [0] }).allowed, true);
});
