// Programs written for the published SDKs compile and run with only their import lines changed.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { demoGateway } from './demo-gateway.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(here, 'published-'));
after(() => rmSync(work, { recursive: true }));

const imports = /(?<=^(?:\} from|import .* from) ")(?:@100monkeys(?:-ai)?\/smcp|seal-protocol)/gm;

before(() => {
  cpSync(join(here, 'programs'), work, { recursive: true });
  for (const name of readdirSync(work)) {
    const text = readFileSync(join(work, name), 'utf8');
    const ours = text.replace(imports, 'callgate/smcp');
    assert.notEqual(ours, text);
    writeFileSync(join(work, name), ours);
  }
  writeFileSync(join(work, 'package.json'), '{"type": "module"}');
  const compilerOptions = {
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: true, // types/ checks ours; Node's take seconds
  };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', work], { stdio: 'inherit' });
});

async function run(program, ...args) {
  const command = [join(work, `${program}.js`), ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
    timeout: 60_000,
  });
  assert.equal(stderr, '');
  return stdout.trimEnd().split('\n');
}

const call = ['exec-abc123', 'time', 'time.get_current_time', 'timezone', 'UTC'];

test('an SMCP agent', async (t) => {
  assert.deepEqual(await run('smcp-agent', await demoGateway(t), ...call), [
    'before attest: true',
    'token: eyJ 3',
    'result: true',
    'denied: true',
    'disposed: true',
  ]);
});

test('a SEAL agent', async (t) => {
  assert.deepEqual(await run('seal-agent', await demoGateway(t), ...call), [
    'token: eyJ true true',
    'result: true',
    'denied: true',
  ]);
});

test('the example of the document', async (t) => {
  const printed = (await run('document-example', await demoGateway(t))).join('\n');
  assert.match(printed, /model-context-protocol: The Model Context Protocol lets/);
});

test('an SMCP server that verifies', async () => {
  assert.deepEqual(await run('smcp-server'), [
    'key: 32 44',
    'verified: tools/call true',
    'by hand: req-01234567',
    ...Array(4).fill('refused: true'),
    'erased: true',
  ]);
});

test('a SEAL server that verifies, with the numbers of its era', async () => {
  assert.deepEqual(await run('seal-server'), [
    'seal/v1 1 undefined',
    'refused: 1003',
    'refused: 1001',
    'refused: 1000',
    '1003 text',
  ]);
});
