// What the addon allocates goes with the object that holds it. Each case makes far more than may
// remain, so that a leak of a tenth of it fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { SecretKey } from 'callgate';

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

async function resident() {
  // Node-API frees in a later turn of the event loop than the one that collects.
  for (let i = 0; i < 4; i++) {
    gc();
    await setImmediate();
  }
  return process.memoryUsage.rss();
}

/** Megabytes that stay after `rounds` of `make`, each followed by a turn of the event loop. */
async function growth(rounds, make) {
  for (let i = 0; i < rounds / 10; i++) make();
  const before = await resident();
  for (let i = 0; i < rounds; i++) {
    make();
    await setImmediate();
  }
  return ((await resident()) - before) / 2 ** 20;
}

test('10,000 secret keys, of 8 kB of locked memory each, are freed when they are dropped', async () => {
  const grown = await growth(100, () => {
    for (let i = 0; i < 100; i++) SecretKey.generate();
  });
  assert.ok(grown < 16, `${grown} MB remain`);
});

test('10,000 secret keys that were closed are freed though they are still held', async () => {
  const held = [];
  const grown = await growth(100, () => {
    for (let i = 0; i < 100; i++) {
      const key = SecretKey.generate();
      key.close();
      held.push(key);
    }
  });
  assert.equal(held.length, 11_000);
  assert.ok(grown < 24, `${grown} MB remain`);
});
