import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize, JsonError } from 'callgate';
import { vectors } from './vectors.mjs';

const text = (bytes) => Buffer.from(bytes).toString('utf8');

test('json.json: every text is accepted or refused as it says', () => {
  for (const vector of vectors('json').vectors) {
    const input = vector.base64 === undefined ? vector.text : Buffer.from(vector.base64, 'base64');
    const name = `${vector.id}: ${vector.source}`;
    if (vector.ok && vector.canonical !== null) {
      assert.equal(text(canonicalize(input)), vector.canonical, name);
    } else {
      assert.throws(
        () => canonicalize(input),
        (error) => {
          assert.ok(error instanceof JsonError, name);
          if (vector.code !== undefined) assert.equal(error.codeName, vector.code, name);
          if (vector.where !== undefined) assert.equal(error.where, vector.where, name);
          return true;
        },
        name,
      );
    }
  }
});

test('canonical.json: RFC 8785', () => {
  for (const { id, text: input, canonical } of vectors('canonical').vectors) {
    if (canonical === null) assert.throws(() => canonicalize(input), JsonError, id);
    else assert.equal(text(canonicalize(input)), canonical, id);
  }
});

test('the canonical form is a fixed point', () => {
  for (const { canonical } of vectors('json').vectors) {
    if (typeof canonical !== 'string') continue;
    assert.equal(text(canonicalize(canonical)), canonical);
  }
});

test('strings, Buffers and views of any offset are the same text', () => {
  const source = '{"é":1,"a":"😀"}';
  const expected = '{"a":"😀","é":1}';
  const bytes = Buffer.from(source);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const resizable = new Uint8Array(new ArrayBuffer(bytes.length, { maxByteLength: 1000 }));
  resizable.set(bytes);
  for (const input of [
    source,
    bytes,
    new Uint8Array(bytes),
    shared,
    shifted.subarray(3),
    resizable,
  ]) {
    assert.equal(text(canonicalize(input)), expected);
  }
});

test('strings of every length around the small buffer of the addon', () => {
  for (let length = 240; length < 270; length++) {
    for (const character of ['a', 'é', '€', '😀']) {
      const json = JSON.stringify('x'.repeat(length) + character + 'y');
      assert.equal(text(canonicalize(json)), json);
    }
  }
});

test('what was returned does not change when the next document is canonicalized', () => {
  const first = canonicalize('{"b":1,"a":2}');
  const large = canonicalize(JSON.stringify('z'.repeat(200_000)));
  canonicalize('[9,9,9,9,9,9]');
  assert.equal(text(first), '{"a":2,"b":1}');
  assert.equal(large.length, 200_002);
});

test('a detached or empty array is an empty text', () => {
  const buffer = new ArrayBuffer(8);
  const view = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  assert.throws(() => canonicalize(view), JsonError);
  assert.throws(() => canonicalize(new Uint8Array(0)), JsonError);
});

test('keys that mean something to JavaScript are keys like others', () => {
  const json = '{"toJSON":1,"constructor":{"prototype":{}},"__proto__":{"polluted":true}}';
  const canonical = '{"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toJSON":1}';
  assert.equal(text(canonicalize(json)), canonical);
  assert.equal({}.polluted, undefined);
});

test('a wrong type raises TypeError, and so does a lone surrogate', () => {
  for (const input of [
    undefined,
    null,
    1,
    {},
    [],
    true,
    new Uint16Array(2),
    new ArrayBuffer(2),
    1n,
  ]) {
    assert.throws(() => canonicalize(input), { name: 'TypeError', message: /^json must be / });
  }
  assert.throws(() => canonicalize('"\ud800"'), { name: 'TypeError', message: /lone surrogate/ });
  assert.throws(() => canonicalize('"\udc00\ud800"'), TypeError);
});
