/** What stays in memory. */
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

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

/**
 * Megabytes that stay after `rounds` of `make`, each followed by a turn of the event loop. All is
 * done once before, for what the allocator keeps for later.
 */
export async function growth(rounds, make) {
  let before = 0;
  for (let time = 0; time < 2; time++) {
    before = await resident();
    for (let i = 0; i < rounds; i++) {
      await make();
      await setImmediate();
    }
  }
  return ((await resident()) - before) / 2 ** 20;
}
