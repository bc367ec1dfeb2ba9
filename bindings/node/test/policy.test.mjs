import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { PolicyError, PolicySet } from 'callgate';
import { vectors } from './vectors.mjs';

const folder = mkdtempSync(join(tmpdir(), 'callgate-'));
after(() => rmSync(folder, { recursive: true }));

const DOCUMENT = `
name: research
capabilities:
  - tool_pattern: "fs.*"
    path_allowlist: [/workspace]
  - tool_pattern: web.search
    rate_limit: {calls: 3, per_seconds: 60}
    max_response_size: 10
deny_list: [fs.delete]
`;
const policy = PolicySet.parse(DOCUMENT);

test('policy.json: every call is decided as it says, as JSON bytes, text and object', () => {
  const { policies, vectors: cases } = vectors('policy');
  const loaded = new Map();
  assert.ok(cases.length >= 400);
  for (const vector of cases) {
    if (!loaded.has(vector.policy)) {
      loaded.set(vector.policy, PolicySet.parse(policies[vector.policy]));
    }
    const json = vector.arguments_json ?? JSON.stringify(vector.arguments);
    const forms = [json, Buffer.from(json)];
    const plain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
    if (vector.arguments_json === undefined && plain(vector.arguments))
      forms.push(vector.arguments);
    for (const form of forms) {
      const decision = loaded.get(vector.policy).evaluate(vector.context, vector.tool, form);
      assert.equal(decision.allowed, vector.allowed, vector.id);
      assert.equal(decision.codeName, vector.code, vector.id);
      if (vector.capability !== undefined) {
        assert.equal(decision.capability, vector.capability, vector.id);
      }
    }
  }
});

test('policy_documents.json: a document loads as its contexts, or is refused at its place', () => {
  for (const vector of vectors('policy_documents').vectors) {
    const parse = () => PolicySet.parse(vector.text, { filename: vector.filename });
    if (vector.loads) {
      assert.deepEqual(parse().contextNames, [...vector.contexts].sort(), vector.id);
      continue;
    }
    assert.throws(parse, (error) => {
      assert.ok(error instanceof PolicyError, vector.id);
      assert.equal(error.codeName, 'INVALID_POLICY', vector.id);
      if (vector.line !== undefined) {
        const place = `${vector.filename}:${vector.line}:${vector.column}`;
        assert.equal(error.where, place, vector.id);
      }
      return true;
    });
  }
});

test('policy_responses.json: a response is judged by its compact size', () => {
  for (const vector of vectors('policy_responses').vectors) {
    const capability = { tool_pattern: 't' };
    if (vector.max_response_size !== null) capability.max_response_size = vector.max_response_size;
    const context = { name: 'c', capabilities: [capability] };
    const decision = PolicySet.parse(JSON.stringify(context)).evaluate('c', 't', {});
    const answer = decision.checkResponse(vector.result_json);
    assert.equal(answer.allowed, vector.allowed, vector.id);
    assert.equal(answer.codeName, vector.code, vector.id);
  }
});

test('an allowed call says which capability, and what it would be charged to', () => {
  const decision = policy.evaluate('research', 'web.search', { query: 'cedar' });
  assert.equal(decision.allowed, true);
  assert.equal(decision.code, null);
  assert.equal(decision.codeName, null);
  assert.equal(decision.capability, 1);
  assert.equal(decision.context, 'research');
  assert.equal(decision.maxResponseSize, 10);
  assert.deepEqual(decision.details, []);
  assert.equal(decision.charges.length, 1);
  assert.equal(decision.charges[0].calls, 3);
  assert.equal(decision.charges[0].perSeconds, 60);
  assert.ok(decision.charges[0].key.includes('web.search'));
});

test('a denied call says code, rule, place and what each capability answered', () => {
  const decision = policy.evaluate('research', 'fs.read', { path: '/etc/passwd' });
  assert.equal(decision.allowed, false);
  assert.equal(decision.code, 2002);
  assert.equal(decision.codeName, 'PATH_NOT_ALLOWED');
  assert.equal(decision.capability, 0);
  assert.equal(decision.rule, 'path.every');
  assert.match(decision.reason, /path allowlist/);
  assert.deepEqual(decision.details, [
    {
      capability: 0,
      code: 2002,
      codeName: 'PATH_NOT_ALLOWED',
      rule: 'path.every',
      where: '/path',
    },
  ]);
});

test('default deny, deny list, unknown context and malformed calls deny and never throw', () => {
  const codes = [
    ['research', 'fs.delete', '{}', 'TOOL_EXPLICITLY_DENIED'],
    ['research', 'fsevil.rm', '{}', 'TOOL_NOT_ALLOWED'],
    ['no-such', 'fs.read', '{}', 'SCOPE_NOT_FOUND'],
    ['research', 'fs read', '{}', 'INVALID_ENVELOPE'],
    ['research', 'fs.read', '[]', 'INVALID_ENVELOPE'],
    ['research', 'fs.read', '{"path":"/workspace/a","path":"/etc"}', 'INVALID_ENVELOPE'],
    ['research', 'fs.read', '', 'INVALID_ENVELOPE'],
    ['', '', '', 'SCOPE_NOT_FOUND'],
    ['research', 'x'.repeat(100_000), '{}', 'INVALID_ENVELOPE'],
  ];
  for (const [context, tool, args, code] of codes) {
    const decision = policy.evaluate(context, tool, args);
    assert.equal(decision.allowed, false);
    assert.equal(decision.codeName, code);
    assert.equal(decision.capability, null);
  }
});

test('a decision of policy has no payload', () => {
  assert.ok(!('payload' in policy.evaluate('research', 'web.search', {})));
  assert.ok(!('payload' in policy.evaluate('research', 'nothing', {})));
});

test('checkResponse never allows what was denied', () => {
  const allowed = policy.evaluate('research', 'web.search', {});
  assert.equal(allowed.checkResponse('{"a":1}').allowed, true);
  assert.equal(allowed.checkResponse({ a: 1 }).allowed, true);
  assert.equal(allowed.checkResponse([1, 2, 3, 4]).allowed, true);
  assert.equal(allowed.checkResponse([1, 2, 3, 4, 5]).codeName, 'OUTPUT_SIZE_EXCEEDED');
  assert.equal(allowed.checkResponse('{').codeName, 'INVALID_JSON');
  const denied = policy.evaluate('research', 'fs.delete', {});
  assert.equal(denied.checkResponse('{}').codeName, 'TOOL_EXPLICITLY_DENIED');
});

test('a decision never changes after it was returned, whatever is decided later', () => {
  const args = Buffer.from('{"path":"/etc/passwd"}');
  const decisions = [];
  for (let i = 0; i < 100; i++) {
    decisions.push([i, policy.evaluate('research', i % 2 ? `tool.${i}` : 'fs.read', args)]);
  }
  const first = JSON.stringify(decisions);
  args.fill(0x20);
  for (let i = 0; i < 1000; i++) policy.evaluate('research', 'web.search', '{}');
  assert.equal(JSON.stringify(decisions), first);
  for (const [i, decision] of decisions) {
    assert.equal(decision.codeName, i % 2 ? 'TOOL_NOT_ALLOWED' : 'PATH_NOT_ALLOWED');
    assert.throws(() => {
      decision.allowed = true;
    }, TypeError);
    decision.details.length = 0;
    assert.equal(decision.details.length, i % 2 ? 0 : 1);
  }
});

test('keys that mean something to JavaScript are judged like others', () => {
  for (const key of ['__proto__', 'constructor', 'toJSON', 'hasOwnProperty']) {
    const json = `{"path":"/workspace/a","${key}":{"file":"/etc/passwd"}}`;
    assert.equal(policy.evaluate('research', 'fs.read', json).allowed, false, key);
    assert.equal(policy.evaluate('research', 'fs.read', JSON.parse(json)).allowed, false, key);
    const harmless = `{"path":"/workspace/a","${key}":"x"}`;
    assert.equal(policy.evaluate('research', 'fs.read', JSON.parse(harmless)).allowed, true, key);
  }
});

test('arguments that JSON does not have raise TypeError: nothing else is judged in their place', () => {
  class Path {
    path = '/workspace';
  }
  const cycle = {};
  cycle.self = cycle;
  for (const value of [
    { path: undefined },
    { path: () => {} },
    { path: Symbol('s') },
    { path: 1n },
    { path: NaN },
    { path: Infinity },
    { path: new Date() },
    { path: new Map([['a', 1]]) },
    { path: new Set() },
    { path: new Path() },
    new Path(),
    { path: Buffer.from('/workspace') },
    { path: 'lone \ud800' },
    { 'lone \udc00': 1 },
    { list: [1, , 2] },
    { toJSON: () => ({ path: '/workspace' }) },
    { path: { toJSON() {} } },
    { path: new String('/workspace') },
    Object.create({ path: '/workspace' }),
    null,
    undefined,
    5,
    true,
  ]) {
    assert.throws(() => policy.evaluate('research', 'fs.read', value), TypeError, inspect(value));
  }
  assert.throws(() => policy.evaluate('research', 'fs.read', cycle), {
    codeName: 'LIMIT_EXCEEDED',
  });
});

test('an object of shared references is bounded before it is written', () => {
  let value = { path: '/workspace' };
  for (let i = 0; i < 40; i++) value = { a: value, b: value };
  assert.throws(() => policy.evaluate('research', 'fs.read', value), {
    codeName: 'LIMIT_EXCEEDED',
  });
});

test('what an object is written from is read once', () => {
  let reads = 0;
  const args = {
    get path() {
      return reads++ === 0 ? '/etc/passwd' : '/workspace/a';
    },
  };
  assert.equal(policy.evaluate('research', 'fs.read', args).codeName, 'PATH_NOT_ALLOWED');
  assert.equal(reads, 1);
});

test('a polluted Object.prototype changes no verdict', () => {
  Object.prototype.toJSON = () => ({ path: '/workspace' });
  Object.prototype.path = '/workspace';
  try {
    assert.equal(policy.evaluate('research', 'fs.read', { path: '/etc' }).allowed, false);
    assert.equal(policy.evaluate('research', 'fs.read', {}).allowed, false);
  } finally {
    delete Object.prototype.toJSON;
    delete Object.prototype.path;
  }
});

test('wrong types raise TypeError before native code', () => {
  for (const call of [
    () => new PolicySet(),
    () => new PolicySet({}),
    () => PolicySet.parse(5),
    () => PolicySet.parse({ name: 'c' }),
    () => PolicySet.parse(DOCUMENT, { file: 'x.yaml' }),
    () => PolicySet.parse(DOCUMENT, { filename: 5 }),
    () => PolicySet.parse(DOCUMENT, 'x.yaml'),
    () => PolicySet.parse(DOCUMENT, { limits: { maxPolicyByte: 5 } }),
    () => PolicySet.parse(DOCUMENT, { limits: { maxPolicyBytes: '5' } }),
    () => PolicySet.parse(DOCUMENT, null),
    () => PolicySet.loadSync(5),
    () => PolicySet.loadSync('a\0b'),
    () => policy.evaluate(1, 'fs.read', '{}'),
    () => policy.evaluate('research', null, '{}'),
    () => policy.evaluate('research', 'lone \ud800', '{}'),
    () => policy.evaluate('research', 'fs.read'),
    () => policy.contains({ parent: 'research' }),
    () => policy.contains('research', 'research'),
    () => PolicySet.prototype.evaluate.call({}, 'research', 'fs.read', '{}'),
    () => policy.evaluate('research', 'web.search', {}).checkResponse(5),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
});

test('load and loadSync read a file or a directory, by path or URL', async () => {
  const file = join(folder, 'a.yaml');
  writeFileSync(file, DOCUMENT);
  writeFileSync(join(folder, 'b.json'), '{"name":"other","capabilities":[]}');
  writeFileSync(join(folder, 'notes.txt'), 'not a policy');
  for (const path of [file, pathToFileURL(file)]) {
    assert.deepEqual(PolicySet.loadSync(path).contextNames, ['research']);
    assert.deepEqual((await PolicySet.load(path)).contextNames, ['research']);
  }
  assert.deepEqual((await PolicySet.load(folder)).contextNames, ['other', 'research']);
  assert.equal((await PolicySet.load(file)).digest, policy.digest);
});

test('load rejects with PolicyError and the place', async () => {
  const file = join(folder, 'bad.yml');
  writeFileSync(file, 'name: c\ncapabilities:\n  - tool_patern: x\n');
  const expected = { name: 'PolicyError', codeName: 'INVALID_POLICY', where: `${file}:3:5` };
  await assert.rejects(PolicySet.load(file), expected);
  assert.throws(() => PolicySet.loadSync(file), expected);
  await assert.rejects(PolicySet.load(join(folder, 'missing')), PolicyError);
  await assert.rejects(PolicySet.load(5), TypeError);
  rmSync(file);
});

test('limits bound a document', () => {
  assert.throws(() => PolicySet.parse(DOCUMENT, { limits: { maxPolicyBytes: 10 } }), PolicyError);
  assert.throws(() => PolicySet.parse(DOCUMENT, { limits: { maxPolicyBytes: -1 } }), {
    codeName: 'INVALID_ARGUMENT',
    where: 'maxPolicyBytes',
  });
});

test('contains: a narrower context is contained, a wider one is not', () => {
  const both = PolicySet.parse(`
- name: wide
  capabilities: [{tool_pattern: "fs.*"}]
- name: narrow
  capabilities: [{tool_pattern: fs.read}]
`);
  assert.deepEqual(both.contains({ parent: 'wide', child: 'narrow' }), {
    contained: true,
    witness: null,
    reason: null,
  });
  const no = both.contains({ parent: 'narrow', child: 'wide' });
  assert.equal(no.contained, false);
  assert.notEqual(no.reason, null);
  assert.throws(() => both.contains({ parent: 'wide', child: 'none' }), {
    name: 'PolicyError',
    codeName: 'SCOPE_NOT_FOUND',
  });
});

test('the digest is the same for the same meaning, and a policy prints its names', () => {
  const json = JSON.stringify({ name: 'c', capabilities: [] });
  const yaml = '# a comment\ncapabilities: []\nname: c\n';
  assert.equal(PolicySet.parse(json).digest, PolicySet.parse(yaml).digest);
  assert.notEqual(PolicySet.parse(json).digest, policy.digest);
  assert.match(policy.digest, /^[0-9a-f]{64}$/);
  assert.match(inspect(policy), /^PolicySet \{\s+contextNames: \[ 'research' \]/);
});

test('an error has every fault of the document', async () => {
  const text = 'name: Bad\ncapabilites:\n  - {tool_pattern: t, path_allowlist: [src]}\n';
  const expected = [
    ['p.yaml:1:7', 'doc.name', 'Bad'],
    ['p.yaml:2:1', 'doc.unknown-key', 'capabilites'],
    ['p.yaml:3:40', 'path.entry-normal', 'src'],
  ];
  assert.throws(
    () => PolicySet.parse(text, { filename: 'p.yaml' }),
    (error) => {
      assert.ok(error instanceof PolicyError);
      assert.deepEqual(
        error.errors.map(({ where, rule, found }) => [where, rule, found]),
        expected,
      );
      assert.equal(error.where, 'p.yaml:1:7');
      assert.match(error.errors[1].message, /did you mean capabilities\?$/);
      return true;
    },
  );
  const file = join(folder, 'faults.yaml');
  writeFileSync(file, text);
  assert.throws(() => PolicySet.loadSync(file), (error) => error.errors.length === 3);
  await assert.rejects(PolicySet.load(file), (error) => error.errors.length === 3);
});

test('explain says what would be allowed', () => {
  const policy = PolicySet.parse(
    'name: c\ncapabilities:\n  - tool_pattern: fs.read\n' +
      '    arguments: {path: {path: {allow: [/workspace]}}}\n',
  );
  const { decision, cause, tried } = policy.explain('c', 'fs.read', { path: '/etc/passwd' });
  assert.equal(decision.codeName, 'PATH_NOT_ALLOWED');
  assert.equal(cause, '/path "/etc/passwd": no entry allows the path; allowed is /workspace');
  assert.deepEqual(tried, [cause]);
  assert.match(policy.explain('C', 'fs.read', {}).cause, /did you mean c\?$/);
});
