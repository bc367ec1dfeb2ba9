// What the addon allocates goes with the object that holds it. Each case makes far more than may
// remain, so that a leak of a tenth of it fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicySet, SecretKey } from 'callgate';
import { Caller, gate, NOW } from './calls.mjs';
import { growth } from './resident.mjs';

test('5,000 secret keys, of 8 kB of locked memory each, are freed when they are dropped', async () => {
  const grown = await growth(50, () => {
    for (let i = 0; i < 100; i++) SecretKey.generate();
  });
  assert.ok(grown < 16, `${grown} MB remain`);
});

test('5,000 secret keys that were closed are freed though they are still held', async () => {
  const held = [];
  const grown = await growth(50, () => {
    for (let i = 0; i < 100; i++) {
      const key = SecretKey.generate();
      key.close();
      held.push(key);
    }
  });
  assert.equal(held.length, 10_000);
  assert.ok(grown < 24, `${grown} MB remain`);
});

test('300,000 decisions are freed when they are dropped', async () => {
  const policy = PolicySet.parse('{"name":"c","capabilities":[{"tool_pattern":"a.*"}]}');
  const grown = await growth(30, () => {
    for (let i = 0; i < 10_000; i++) policy.evaluate('c', i % 2 ? 'a.b' : 'b.c', '{}');
  });
  assert.ok(grown < 32, `${grown} MB remain`);
});

test('policies are freed when they are dropped, and held by nothing but what uses them', async () => {
  const text = JSON.stringify({
    name: 'c',
    capabilities: Array.from({ length: 200 }, (_, i) => ({
      tool_pattern: `tool.${i}`,
      path_allowlist: ['/workspace'],
    })),
  });
  let decision;
  const grown = await growth(40, () => {
    for (let i = 0; i < 10; i++) {
      decision = PolicySet.parse(text).evaluate('c', 'tool.7', { path: '/workspace/a' });
    }
  });
  assert.ok(grown < 32, `${grown} MB remain`);
  assert.equal(decision.context, 'c');
});

test('gates, plans and decisions about calls are freed when they are dropped', async () => {
  const args = { path: `/workspace/${'a'.repeat(4000)}` };
  const grown = await growth(40, () => {
    const gateway = gate();
    const caller = new Caller(gateway);
    for (let i = 0; i < 50; i++) {
      const wire = caller.call('fs.read', args);
      gateway.plan(wire, { now: NOW });
      gateway.authorize(wire, { now: NOW });
    }
  });
  assert.ok(grown < 16, `${grown} MB remain`);
});
