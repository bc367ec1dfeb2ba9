import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import {
  CallgateError,
  canonicalize,
  errorCodes,
  JsonError,
  KeyFormatError,
  PublicKey,
  TokenError,
} from 'callgate';

test('an error says its class, code, name and place', () => {
  assert.throws(
    () => canonicalize('{"a":1,"a":2}'),
    (error) => {
      assert.ok(error instanceof JsonError);
      assert.ok(error instanceof CallgateError);
      assert.ok(error instanceof Error);
      assert.equal(error.name, 'JsonError');
      assert.equal(error.codeName, 'INVALID_JSON');
      assert.equal(error.code, 9009);
      assert.equal(error.where, 'byte 8');
      assert.match(error.message, /^byte 8: /);
      assert.ok(!(error instanceof KeyFormatError));
      return true;
    },
  );
});

test('an error without a place has null', () => {
  assert.throws(() => PublicKey.fromBytes(new Uint8Array(31)), {
    name: 'KeyFormatError',
    codeName: 'KEY_REFUSED',
    code: 3003,
    where: null,
  });
});

test('an error that a program makes itself takes its number from the table', () => {
  const error = new TokenError('no token', 'INVALID_TOKEN', 'header');
  assert.equal(error.code, 1003);
  assert.equal(error.message, 'header: no token');
});

test('the table of codes has distinct names, and numbers for both generations', () => {
  const names = errorCodes.map((row) => row.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    { ...errorCodes.find((row) => row.name === 'DOMAIN_NOT_ALLOWED') },
    {
      name: 'DOMAIN_NOT_ALLOWED',
      code: 2003,
      sealCode: 2004,
      meaning: 'a host or URL is malformed or not in the domain allowlist',
    },
  );
  assert.throws(() => errorCodes.push(errorCodes[0]), TypeError);
});

test('the type CodeName lists the table, in its order', () => {
  const file = createRequire(import.meta.url)
    .resolve('callgate')
    .replace('index.js', 'types.d.ts');
  const union = /type CodeName = ([^;]+);/.exec(readFileSync(file, 'utf8'))[1];
  assert.deepEqual(
    union.split('|').map((name) => name.trim().replaceAll("'", '')),
    errorCodes.map((row) => row.name),
  );
});
