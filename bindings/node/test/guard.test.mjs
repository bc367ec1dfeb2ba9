// The guard: what it decides is the vectors', what it takes is checked here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Guard, PolicySet } from 'callgate';
import { vectors } from './vectors.mjs';

const shared = vectors('guard');
const NOW = Date.UTC(2026, 1, 17, 12);
const READ = { path: '/workspace/a' };

const policyOf = (name) => PolicySet.parse(shared.policies[name]);
const guard = () => new Guard(policyOf('plain'));

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const inCamel = (object) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));

function verify(decision, step) {
  assert.equal(decision.allowed, step.allowed, decision.reason);
  assert.equal(decision.codeName, step.code);
  for (const name of ['capability', 'max_response_size', 'retry_after', 'rule']) {
    if (name in step) assert.equal(decision[camel(name)] ?? null, step[name], name);
  }
}

function expect(code, call) {
  if (code === null) call();
  else assert.throws(call, { codeName: code });
}

/** One guard, and its steps: a method for each `op`. */
class Runner {
  #guard;
  #last;

  constructor({ policy, limits }) {
    const options = limits === undefined ? {} : { limits: inCamel(limits) };
    this.#guard = new Guard(policyOf(policy), options);
  }

  check(step) {
    const { subject, context, tool, now } = step;
    const ask = () =>
      this.#guard.check(subject, context, tool, step.arguments_json ?? step.arguments, { now });
    if (step.code === 'INVALID_ARGUMENT' && subject === 'alice') {
      expect(step.code, ask); // Node refuses such a time before the engine does.
      return;
    }
    this.#last = ask();
    verify(this.#last, step);
  }

  response({ result_json: result, ...step }) {
    verify(this.#last.checkResponse(result), step);
  }

  set_policy({ policy }) {
    this.#guard.setPolicy(policyOf(policy));
  }

  reset_clock({ now, code }) {
    expect(code, () => this.#guard.resetClock(now));
  }
}

for (const vector of shared.vectors) {
  test(`guard.json: ${vector.id}`, () => {
    const runner = new Runner(vector);
    for (const step of vector.steps) runner[step.op](step);
  });
}

test('policy_rates.json: every step of one session through a guard', () => {
  for (const vector of vectors('policy_rates').vectors) {
    if (vector.root) continue;
    const guarded = new Guard(PolicySet.parse(vector.policy_text));
    vector.steps.forEach((step, i) => {
      const given = { now: NOW + step.at };
      const decision = guarded.check(step.session, 'c', step.tool, step.arguments, given);
      const name = `${vector.id}, step ${i}`;
      assert.equal(decision.allowed, step.allowed, `${name}: ${decision.reason}`);
      assert.equal(decision.codeName, step.code, name);
      assert.equal(decision.retryAfter ?? null, step.retry_after ?? null, name);
    });
  }
});

test('arguments are an object or JSON text', () => {
  const text = JSON.stringify(READ);
  for (const args of [READ, text, Buffer.from(text)]) {
    assert.equal(guard().check('alice', 'default', 'fs.read', args).allowed, true);
  }
});

test('now is milliseconds, a Date or the wall clock', () => {
  const limited = guard();
  for (const now of [NOW, new Date(NOW)]) {
    assert.equal(limited.check('alice', 'default', 'web.get', {}, { now }).allowed, true);
  }
  const denied = limited.check('alice', 'default', 'web.get', {}, { now: NOW + 500 });
  assert.equal(denied.retryAfter, 59.5);
  assert.equal(limited.check('alice', 'default', 'web.get', {}).allowed, true);
});

test('wrong types are a TypeError that shows no value', () => {
  const calls = [
    () => new Guard(),
    () => new Guard(shared.policies.plain),
    () => new Guard(policyOf('plain'), { limit: {} }),
    (g) => g.check(undefined, 'default', 'fs.read', READ),
    (g) => g.check(Buffer.from('alice'), 'default', 'fs.read', READ),
    (g) => g.check('\ud800', 'default', 'fs.read', READ),
    (g) => g.check('alice', null, 'fs.read', READ),
    (g) => g.check('alice', 'default', 1, READ),
    (g) => g.check('alice', 'default', 'fs.read'),
    (g) => g.check('alice', 'default', 'fs.read', { path: undefined }),
    (g) => g.check('alice', 'default', 'fs.read', READ, NOW),
    (g) => g.check('alice', 'default', 'fs.read', READ, { later: NOW }),
    (g) => g.check('alice', 'default', 'fs.read', READ, { now: 'noon' }),
    (g) => g.setPolicy(shared.policies.plain),
    (g) => g.resetClock(),
    (g) => Guard.prototype.check.call({}, 'alice', 'default', 'fs.read', READ) && g,
  ];
  for (const call of calls) {
    assert.throws(
      () => call(guard()),
      (error) => error instanceof TypeError && !error.message.includes('/workspace'),
      String(call),
    );
  }
});

test('a decision is told apart by allowed, and prints what it says', () => {
  const guarded = guard();
  const allowed = guarded.check('alice', 'default', 'fs.read', READ, { now: NOW });
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(allowed))).sort(), [
    'allowed',
    'capability',
    'code',
    'codeName',
    'context',
    'details',
    'reason',
    'rule',
  ]);
  const denied = guarded.check('alice', 'default', 'fs.read', { path: '/etc' }, { now: NOW });
  assert.equal(denied.retryAfter, null);
  assert.equal(JSON.parse(JSON.stringify(denied)).retryAfter, null);
  assert.match(inspect(denied), /PATH_NOT_ALLOWED/);
  assert.match(inspect(guarded), new RegExp(guarded.policy.digest));
});

test('setPolicy holds at once', () => {
  const guarded = guard();
  const none = policyOf('none');
  guarded.setPolicy(none);
  assert.equal(guarded.policy, none);
  assert.equal(guarded.check('alice', 'default', 'fs.read', READ).codeName, 'TOOL_NOT_ALLOWED');
});
