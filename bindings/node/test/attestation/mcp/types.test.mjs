// The types of programs that use both lines of the SDK, whose own declarations want the DOM's.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('programs compile as they are meant to be written', () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const project = fileURLToPath(new URL('types/', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', project]);
  assert.equal(status, 0, stdout.toString());
});
