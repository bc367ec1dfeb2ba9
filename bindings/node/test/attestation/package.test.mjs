// The subpath as it was packed and installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CallgateError } from 'callgate';
import * as attestation from 'callgate/attestation';

const require = createRequire(import.meta.url);
const dist = dirname(fileURLToPath(import.meta.resolve('callgate/attestation')));

test('what is public is this, and nothing else', () => {
  assert.deepEqual(
    Object.keys(attestation).sort(),
    JSON.parse(readFileSync(new URL('public.json', import.meta.url), 'utf8')),
  );
});

test('import and require give one copy of every class', () => {
  assert.equal(require('callgate/attestation'), attestation);
});

test('every error is one of the engine’s family', () => {
  const errors = Object.values(attestation).filter(
    (value) => typeof value === 'function' && value.prototype instanceof Error,
  );
  assert.deepEqual(errors.map(({ name }) => name).sort(), [
    'AttestationUnsupported',
    'KeysUnavailable',
    'RetryError',
    'SchemaError',
  ]);
  for (const Class of errors) assert.ok(Class.prototype instanceof CallgateError);
});

test('the handles of the addon are in no published class', () => {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith('.d.ts') || file === 'native.d.ts') continue;
    const text = readFileSync(join(dist, file), 'utf8');
    const exported = text.match(/^export (?:declare )?class[^]*?^}/gm) ?? [];
    for (const declared of exported) {
      if (/class (TrustedKeys|Verdict)\b/.test(declared)) continue;
      assert.doesNotMatch(declared, /Handle\b/, file);
    }
  }
});

test('callgate/attestation needs neither redis nor an MCP SDK', () => {
  const files = [];
  const visit = (file) => {
    if (files.includes(file)) return;
    files.push(file);
    const text = readFileSync(file, 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export|\}).* from '(.+)';$/gm)) {
      if (from.startsWith('.')) visit(join(dirname(file), from));
      else assert.match(from, /^node:|^node-gyp-build$/, `${file} imports ${from}`);
    }
  };
  visit(join(dist, 'index.js'));
  assert.ok(files.length > 40);
});

test('a program that verified a token ends by itself', () => {
  const program = `
    import { AttestationVerifier, JWKSKeyResolver } from 'callgate/attestation';
    const verifier = new AttestationVerifier({
      trustedIssuers: ['https://issuer.example'],
      keyResolver: new JWKSKeyResolver(),
      audience: 'https://server.example',
    });
    console.log((await verifier.verify('a.b.c')).reason);
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    timeout: 30_000,
  });
  assert.equal(String(printed), 'malformed\n');
});
