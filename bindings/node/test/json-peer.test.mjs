// The canonical form beside npm `canonicalize`, another implementation of RFC 8785.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize, JsonError } from 'callgate';
import peer from 'canonicalize';
import { random } from './vectors.mjs';

const SEED = 20260117;
const DOCUMENTS = 20_000;

const LETTERS = [
  'a',
  'Z',
  '"',
  '\\',
  '/',
  '\b',
  '\t',
  '\n',
  '\f',
  '\r',
  '\0',
  '\u001f',
  '\u007f',
  'é',
  '\u2028',
  '€',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '😀',
  '\u{10ffff}',
  'ﬁ',
  'e\u0301',
];
const KEYS = ['toJSON', '__proto__', 'constructor', 'length', '', '1', '10', '9'];

function generator(next) {
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const word = () => Array.from({ length: below(8) }, () => pick(LETTERS)).join('');
  // Any bit pattern of a double, and the numbers that people write.
  const bits = new DataView(new ArrayBuffer(8));
  function number() {
    switch (below(6)) {
      case 0:
        return below(1000) - 500;
      case 1:
        return (next() - 0.5) * 10 ** below(25);
      case 2:
        return below(2 ** 32) * 2 ** 22;
      case 3:
        return -0;
      case 4:
        return Number(`${below(100)}e${below(40) - 20}`);
      default:
        bits.setUint32(0, below(2 ** 32));
        bits.setUint32(4, below(2 ** 32));
        return Number.isFinite(bits.getFloat64(0)) ? bits.getFloat64(0) : 0.1;
    }
  }
  function value(depth) {
    const kind = below(depth > 4 ? 5 : 7);
    if (kind < 2) return number();
    if (kind < 4) return word();
    if (kind === 4) return pick([true, false, null]);
    if (kind === 5) return Array.from({ length: below(5) }, () => value(depth + 1));
    const object = {};
    for (let i = below(6); i > 0; i--) {
      const key = next() < 0.1 ? pick(KEYS) : word();
      // Defined, not assigned: assigning __proto__ would set the prototype.
      Object.defineProperty(object, key, {
        value: value(depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return object;
  }
  return () => value(0);
}

/** The one difference that is meant: integers beyond ±(2^53 − 1) in writing. */
function hasUnsafeInteger(value) {
  if (typeof value === 'number') {
    return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasUnsafeInteger);
}

test(`${DOCUMENTS} random documents (seed ${SEED}): the same bytes, but for unsafe integers`, () => {
  const make = generator(random(SEED));
  const seen = { same: 0, refused: 0 };
  for (let i = 0; i < DOCUMENTS; i++) {
    const document = make();
    const source = JSON.stringify(document, null, i % 3);
    if (hasUnsafeInteger(document)) {
      assert.throws(() => canonicalize(source), JsonError, source);
      seen.refused++;
    } else {
      assert.equal(Buffer.from(canonicalize(source)).toString(), peer(document), source);
      seen.same++;
    }
  }
  console.log(`seed ${SEED}: ${seen.same} the same, ${seen.refused} refused for an unsafe integer`);
  assert.ok(seen.same > DOCUMENTS / 2 && seen.refused > DOCUMENTS / 100, JSON.stringify(seen));
});
