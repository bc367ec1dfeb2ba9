// The package as it was packed and installed: one copy for import and require.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as callgate from 'callgate';

const require = createRequire(import.meta.url);

test('import and require give one copy', () => {
  assert.equal(require('callgate'), callgate);
});

test('the version is that of the package', () => {
  assert.equal(callgate.version, require('callgate/package.json').version);
});

test('canonical form sorts keys', () => {
  assert.equal(callgate.canonicalize(Buffer.from('{"b":1,"a":2}')).toString(), '{"a":2,"b":1}');
});
