// The vectors that every language runs, and random numbers that repeat.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.CALLGATE_VECTORS ?? join(process.env.CALLGATE_ROOT, 'tests/vectors');

export function vectors(name) {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

/** mulberry32: the same numbers in [0, 1) from the same seed. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
