// gate.json: the gate does what the shared vectors say, step by step.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate, PolicySet, PublicKey } from 'callgate';
import { vectors } from './vectors.mjs';

const shared = vectors('gate');

const OUTCOMES = {
  committed: (taken) => ({ outcome: 'committed', taken }),
  already_seen: () => ({ outcome: 'alreadySeen' }),
  rate_limited: (retryAfter) => ({ outcome: 'rateLimited', retryAfter }),
  session_inactive: () => ({ outcome: 'sessionInactive' }),
  full: () => ({ outcome: 'full' }),
  unavailable: () => ({ outcome: 'unavailable' }),
};
const TEXTS = {
  cause: 'cause',
  payload: 'payload',
  session_id: 'sessionId',
  subject: 'subject',
  context: 'context',
  method: 'method',
  tool: 'tool',
  arguments: 'arguments',
};
const VALUES = {
  capability: 'capability',
  max_response_size: 'maxResponseSize',
  retry_after: 'retryAfter',
};

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

function issuerKeys(keys) {
  const entries = Object.entries(keys);
  return Object.fromEntries(entries.map(([id, key]) => [id, PublicKey.fromBase64(key)]));
}

function policyOf(name) {
  assert.ok(name in shared.policies, name);
  return PolicySet.parse(shared.policies[name]);
}

function optionsOf({ limits, ...options } = {}) {
  if (limits === undefined) return inCamel(options);
  return { ...inCamel(options), limits: inCamel(limits) };
}

function inCamel(object) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));
}

function envelope(step) {
  if (step.envelope_base64 === undefined) return step.envelope;
  return Buffer.from(step.envelope_base64, 'base64');
}

function check(decision, step) {
  assert.equal(decision.allowed, step.allowed, decision.reason);
  assert.equal(decision.codeName, step.code);
  // What a kind of decision has no member for is null.
  for (const [name, member] of Object.entries(TEXTS)) {
    if (name in step) assert.equal(decision[member] ?? null, step[name] || null, name);
  }
  for (const [name, member] of Object.entries(VALUES)) {
    if (name in step) assert.equal(decision[member] ?? null, step[name], name);
  }
  if ('request_id' in step) {
    const expected = step.request_id ? JSON.parse(step.request_id) : null;
    assert.equal(decision.requestId, expected);
  }
}

function expect(code, call) {
  if (code === null) call();
  else assert.throws(call, { codeName: code });
}

/** One gate, and its steps: a method for each `op`. */
class Runner {
  #policy;
  #keys = issuerKeys(shared.issuer_keys);
  #options;
  #gate;
  #last;

  constructor(vector) {
    this.#policy = policyOf(vector.policy);
    this.#options = optionsOf(vector.options);
    this.#gate = this.#newGate();
  }

  #newGate() {
    return new Gate(this.#policy, { issuerKeys: this.#keys, ...this.#options });
  }

  open({ token, public_key: key, parent, now, code }) {
    const options = parent === undefined ? { now } : { now, parent };
    expect(code, () => this.#gate.openSession(token, PublicKey.fromBase64(key), options));
  }

  renew({ id, token, now, code }) {
    expect(code, () => this.#gate.renewSession(id, token, { now }));
  }

  end({ id, code }) {
    expect(code, () => this.#gate.endSession(id));
  }

  revoke({ id, code }) {
    expect(code, () => this.#gate.revokeSession(id));
  }

  reset_clock({ now, code }) {
    expect(code, () => this.#gate.resetClock(now));
  }

  authorize(step) {
    const { now } = step;
    if (step.code === 'INVALID_ARGUMENT') {
      // Node refuses such a time before the engine does.
      expect(step.code, () => this.#gate.authorize(envelope(step), { now }));
      return;
    }
    this.#last = this.#gate.authorize(envelope(step), { now });
    check(this.#last, step);
  }

  plan(step) {
    const plan = this.#gate.plan(envelope(step), { now: step.now });
    if ('replay' in step) assert.equal(plan.replayKey !== null, step.replay);
    if ('sessions' in step) assert.deepEqual(plan.sessions, step.sessions);
    if ('timestamp' in step) assert.equal(plan.timestamp.getTime(), step.timestamp);
    if ('charges' in step) {
      const charges = plan.charges.map((context) =>
        context.map(({ key, calls, perSeconds }) => ({ key, calls, per_seconds: perSeconds })),
      );
      assert.deepEqual(charges, step.charges);
    }
    const [[kind, value]] = Object.entries(step.outcome);
    check(plan.finish(OUTCOMES[kind](value)), step);
  }

  response({ result_json: result, ...step }) {
    check(this.#last.checkResponse(result), step);
  }

  set_policy({ policy }) {
    this.#policy = policyOf(policy);
    this.#gate.setPolicy(this.#policy);
  }

  set_issuer_keys({ issuer_keys: keys }) {
    this.#keys = issuerKeys(keys);
    this.#gate.setIssuerKeys(this.#keys);
  }

  restart() {
    const state = this.#gate.exportState();
    this.#gate = this.#newGate();
    this.#gate.restoreState(state);
    assert.deepEqual(this.#gate.exportState(), state);
  }
}

for (const vector of shared.vectors) {
  test(`gate.json: ${vector.id}`, () => {
    const runner = new Runner(vector);
    for (const step of vector.steps) runner[step.op](step);
  });
}
