import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallgateError, JsonError } from 'callgate';
import { vectors } from './vectors.mjs';

// For the layers above only, so that the package does not export it.
const { splitObject } = await import(
  new URL('./split-object.js', import.meta.resolve('callgate')).href
);

const split = (json, ...rest) =>
  [...splitObject(json, ...rest)].map(([key, value]) => [key, Buffer.from(value).toString('utf8')]);

test('each member is compact and keeps its numbers as written', () => {
  assert.deepEqual(split(' {"result" : {"b": 1.0,\n "a": [1e2, -0]}, "id":\t7.00}\n'), [
    ['id', '7.00'],
    ['result', '{"a":[1e2,-0],"b":1.0}'],
  ]);
  assert.deepEqual(split(Buffer.from('{"r\\u0065sult":"\\u00e9"}')), [['result', '"é"']]);
  assert.deepEqual(split('{}'), []);
});

test('keys that mean something to JavaScript are keys like others', () => {
  const members = splitObject('{"__proto__":{"polluted":1},"constructor":2,"toString":3}');
  assert.deepEqual([...members.keys()], ['__proto__', 'constructor', 'toString']);
  assert.equal({}.polluted, undefined);
});

test('json.json: it is as strict as the parser', () => {
  for (const vector of vectors('json').vectors) {
    const bytes = Buffer.from(vector.base64 ?? vector.text, vector.base64 ? 'base64' : 'utf8');
    if (vector.ok && /^[ \t\r\n]*\{/.test(bytes.toString('utf8'))) {
      splitObject(bytes);
    } else {
      assert.throws(
        () => splitObject(bytes),
        (error) =>
          error instanceof JsonError &&
          (vector.code === undefined || error.codeName === vector.code) &&
          (vector.where === undefined || error.where === vector.where),
        vector.id,
      );
    }
  }
});

test('what is no object says where', () => {
  assert.throws(() => splitObject('\n [1]'), { codeName: 'INVALID_JSON', where: 'byte 2' });
});

test('more bytes are taken only when asked for, and with them as many more values', () => {
  const large = `{"result":[${Array(1_000_000).fill(1).join()}]}`;
  assert.throws(() => splitObject(large), { codeName: 'LIMIT_EXCEEDED' });
  assert.throws(() => splitObject(large, large.length), { codeName: 'LIMIT_EXCEEDED' });
  assert.equal(splitObject(large, 16 * 1024 * 1024).get('result').length, 2_000_001);
});

test('wrong types raise TypeError, and a size that is none INVALID_ARGUMENT', () => {
  for (const json of [null, 1, {}, [], new Uint16Array(2)]) {
    assert.throws(() => splitObject(json), TypeError);
  }
  assert.throws(() => splitObject('{}', '1'), TypeError);
  for (const size of [-1, 1.5, NaN, Infinity]) {
    assert.throws(() => splitObject('{}', size), CallgateError);
  }
});
