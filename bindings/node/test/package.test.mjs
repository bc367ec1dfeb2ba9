// The package as it was packed and installed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as callgate from 'callgate';

const require = createRequire(import.meta.url);

test('import and require give one copy of every class', () => {
  const required = require('callgate');
  assert.equal(required, callgate);
  assert.throws(() => required.canonicalize('{'), callgate.JsonError);
  assert.ok(callgate.SecretKey.generate() instanceof required.SecretKey);
});

test('the version is that of the package', () => {
  assert.equal(callgate.version, require('callgate/package.json').version);
});

test('the installed package is what is tested', () => {
  assert.match(require.resolve('callgate'), /node_modules\/callgate\//);
});

test('what is public is this, and nothing else', () => {
  assert.deepEqual(
    Object.keys(callgate).sort(),
    JSON.parse(readFileSync(new URL('public.json', import.meta.url), 'utf8')),
  );
});

test('the handles of the addon are in no published type', () => {
  const index = require.resolve('callgate');
  for (const file of ['gate', 'plan', 'policy-set', 'public-key', 'secret-key']) {
    assert.doesNotMatch(readFileSync(index.replace('index.js', `${file}.d.ts`), 'utf8'), /Handle/);
  }
});
