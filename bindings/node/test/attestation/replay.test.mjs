// Replay caches in memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallgateError } from 'callgate';
import { InMemoryReplayCache, LRUReplayCache, NoopReplayCache } from 'callgate/attestation';
import { NOW, refused, said, token, VERIFIED, verifier } from './setup.mjs';

const now = NOW;
const hex = (n) => n.toString(16).padStart(64, '0');
const claim = (n, given = {}) => ({ key: hex(n), bucket: hex(0), expiresAt: NOW + 1000, ...given });

test('a claim is inserted once, until it expires', () => {
  const cache = new InMemoryReplayCache();
  assert.equal(cache.insert(claim(1), NOW), 'inserted');
  assert.equal(cache.insert(claim(1), NOW), 'seen');
  assert.equal(cache.insert(claim(2), NOW), 'inserted');
  assert.equal(cache.insert(claim(1), NOW + 999), 'seen');
});

test('a clock that steps back opens nothing', () => {
  const cache = new InMemoryReplayCache();
  assert.equal(cache.insert(claim(1), NOW), 'inserted');
  assert.equal(cache.insert(claim(2, { expiresAt: NOW + 90_000 }), NOW + 60_000), 'inserted');
  assert.equal(cache.insert(claim(1), NOW), 'full');
});

for (const [what, cache] of [
  ['InMemoryReplayCache', new InMemoryReplayCache({ maxEntries: 3, maxPerBucket: 3 })],
  ['LRUReplayCache', new LRUReplayCache(3)],
]) {
  test(`a full ${what} refuses, and forgets nothing that lives`, async () => {
    for (let n = 1; n <= 3; n++) assert.equal(cache.insert(claim(n), NOW), 'inserted');
    assert.equal(cache.insert(claim(4), NOW), 'full');
    for (let n = 1; n <= 3; n++) assert.equal(cache.insert(claim(n), NOW), 'seen');
    assert.equal(await cache.count(), 3);
    const later = claim(5, { expiresAt: NOW + 9000 });
    assert.equal(cache.insert(later, NOW + 2000), 'inserted');
  });
}

test('one issuer cannot fill the share of the others', () => {
  const cache = new InMemoryReplayCache({ maxEntries: 4 });
  assert.equal(cache.insert(claim(1), NOW), 'inserted');
  assert.equal(cache.insert(claim(2), NOW), 'inserted');
  assert.equal(cache.insert(claim(3), NOW), 'full');
  assert.equal(cache.insert(claim(4, { bucket: hex(1) }), NOW), 'inserted');
});

test('a token over a full cache is unavailable, and not burned', async () => {
  const replayCache = new LRUReplayCache(1);
  const server = verifier({ replayCache });
  assert.deepEqual(said(await server.verify(await token(), { now })), VERIFIED);
  const waiting = await token();
  assert.deepEqual(said(await server.verify(waiting, { now })), refused('unavailable'));
  server.replayCache = new InMemoryReplayCache();
  assert.deepEqual(said(await server.verify(waiting, { now })), VERIFIED);
});

test('a token is remembered as long as the clock skew lets it pass', async () => {
  const server = verifier();
  const once = await token();
  assert.deepEqual(said(await server.verify(once, { now })), VERIFIED);
  const late = NOW + 295_000 + 29_000;
  assert.deepEqual(said(await server.verify(once, { now: late })), refused('replay'));
  const other = await token();
  assert.deepEqual(said(await server.verify(other, { now: late })), VERIFIED);
});

test('a cache that is used by itself keeps each jti until its end', async () => {
  const cache = new InMemoryReplayCache(60_000);
  const exp = Math.ceil(Date.now() / 1000) + 300;
  assert.equal(await cache.checkAndAdd('a', exp), true);
  assert.equal(await cache.checkAndAdd('a', exp), false);
  assert.equal(await cache.checkAndAdd('b', exp), true);
  assert.equal(await cache.count(), 2);
  await cache.clear();
  assert.equal(await cache.checkAndAdd('a', exp), true);
  const full = new LRUReplayCache(1);
  await full.checkAndAdd('a', exp);
  await assert.rejects(full.checkAndAdd('b', exp), { codeName: 'LEDGER_FULL' });
  await assert.rejects(cache.checkAndAdd('a', NaN), TypeError);
  await assert.rejects(cache.checkAndAdd(7, exp), TypeError);
});

test('a cache that is derived from ours is asked itself', async () => {
  let asked = 0;
  class Counting extends InMemoryReplayCache {
    insert(given, at) {
      asked++;
      return super.insert(given, at);
    }
  }
  const server = verifier({ replayCache: new Counting() });
  const once = await token();
  assert.deepEqual(said(await server.verify(once, { now })), VERIFIED);
  assert.deepEqual(said(await server.verify(once, { now })), refused('replay'));
  assert.equal(asked, 2);
});

test('a cache that remembers nothing is for tests that say so', async () => {
  for (const given of [undefined, {}, { onlyForTests: false }, 60_000]) {
    assert.throws(() => new NoopReplayCache(given), { codeName: 'INVALID_ARGUMENT' });
  }
  const server = verifier({ replayCache: new NoopReplayCache({ onlyForTests: true }) });
  const twice = await token();
  for (let i = 0; i < 2; i++) assert.deepEqual(said(await server.verify(twice, { now })), VERIFIED);
});

test('bounds are whole numbers, and claims have digests', () => {
  for (const maxEntries of [0, -1, 1.5, NaN, '9']) {
    assert.throws(() => new InMemoryReplayCache({ maxEntries }), CallgateError);
  }
  assert.throws(() => new InMemoryReplayCache({ size: 1 }), TypeError);
  assert.throws(() => new InMemoryReplayCache().insert(claim(1, { key: 'ab' }), NOW), TypeError);
});
