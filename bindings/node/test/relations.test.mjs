// What contexts say of each other and of themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyError, PolicySet } from 'callgate';
import { vectors } from './vectors.mjs';

test('contains.json: contained or not, and a witness that holds on both sides', () => {
  for (const vector of vectors('contains').vectors) {
    const { id, parent, child } = vector;
    const policy = PolicySet.parse(JSON.stringify(vector.contexts));
    if (vector.code !== undefined) {
      assert.throws(
        () => policy.contains({ parent, child }),
        { name: 'PolicyError', codeName: vector.code },
        id,
      );
      continue;
    }
    const answer = policy.contains({ parent, child });
    assert.equal(answer.contained, vector.contained, id);
    assert.equal(answer.reason === null, answer.contained, id);
    if (vector.reason !== undefined) assert.ok(answer.reason.startsWith(vector.reason), id);
    assert.equal(answer.witness !== null, vector.witness ?? false, id);
    if (answer.witness === null) continue;
    const { tool, arguments: args } = answer.witness;
    if (vector.tool !== undefined) assert.equal(tool, vector.tool, id);
    assert.equal(policy.evaluate(child, tool, args).allowed, true, id);
    assert.equal(policy.evaluate(parent, tool, args).allowed, false, id);
  }
});

test('random.json: contained or not, and every call as the reference decides it', () => {
  for (const { id, contexts, contained, calls } of vectors('random').vectors) {
    const policy = PolicySet.parse(JSON.stringify(contexts));
    const answer = policy.contains({ parent: 'outer', child: 'middle' });
    assert.equal(answer.contained, contained, id);
    for (const call of calls) {
      for (const context of ['outer', 'middle']) {
        const { allowed, codeName } = policy.evaluate(context, call.tool, call.arguments);
        assert.equal(allowed ? null : codeName, call[context], `${id} ${call.tool}`);
      }
    }
  }
});

test('diff.json: exactly these changes, in order, each with its witness or reason', () => {
  for (const vector of vectors('diff').vectors) {
    const { id, before: old, after: fresh } = vector;
    const policy = PolicySet.parse(JSON.stringify(vector.contexts));
    const call = () => policy.diff(old, policy, fresh);
    if (vector.code !== undefined) {
      assert.throws(call, { name: 'PolicyError', codeName: vector.code }, id);
      continue;
    }
    const changes = call();
    assert.deepEqual(
      changes.map(({ effect, capability, reason }) => [effect, capability, reason]),
      vector.changes.map((change) => [change.effect, change.capability ?? null, change.reason]),
      id,
    );
    for (const [i, { becameAllowed, effect, witness }] of changes.entries()) {
      const expected = vector.changes[i];
      assert.equal(becameAllowed, effect === 'allowed', id);
      assert.equal(witness !== null, expected.witness, id);
      if (witness === null) continue;
      const { tool, arguments: args } = witness;
      assert.equal(policy.evaluate(old, tool, args).allowed, !becameAllowed, id);
      assert.equal(policy.evaluate(fresh, tool, args).allowed, becameAllowed, id);
    }
  }
});

test('a change says where it is and what stood there', () => {
  const context = (length, rest = '') =>
    PolicySet.parse(
      'name: c\ncapabilities: [{tool_pattern: t, arguments: {s: {type: string, ' +
        `maxLength: ${length}}}}]${rest}`,
    );
  const [changed, ignored] = context(5).diff('c', context(9, '\ndeny_list: [u]'), 'c');
  assert.deepEqual(
    [changed.keyword, changed.argument, changed.before, changed.after],
    ['maxLength', 's', '5', '9'],
  );
  assert.deepEqual(
    [ignored.effect, ignored.capability, ignored.keyword, ignored.before, ignored.after],
    ['none', null, 'deny_list', null, 'u'],
  );
});

test('lint.json: exactly these warnings, in order', () => {
  for (const { id, context, warnings } of vectors('lint').vectors) {
    const found = PolicySet.parse(JSON.stringify(context)).lint();
    assert.deepEqual(found.map(({ rule, level, capability }) => ({ rule, level, capability })), warnings, id);
  }
});

test('could_allow.json: the possible tools, in the order of the tools', () => {
  for (const { id, context, tools, possible } of vectors('could_allow').vectors) {
    const policy = PolicySet.parse(JSON.stringify(context));
    assert.deepEqual(policy.couldAllow(context.name, tools), possible, id);
  }
});

const before = PolicySet.parse(`
name: c
capabilities:
  - {tool_pattern: fs.read, path_allowlist: [/a]}
  - {tool_pattern: web.post}
`);
const after = PolicySet.parse(`
name: c
capabilities:
  - {tool_pattern: fs.read, path_allowlist: [/a, /b]}
`);

test('diff: what became allowed and what became denied, with calls that show it', () => {
  const changes = before.diff('c', after, 'c');
  const allowed = changes.filter((change) => change.becameAllowed);
  const denied = changes.filter((change) => !change.becameAllowed);
  assert.deepEqual(
    [allowed, denied].map((list) => list.map((change) => change.toolPattern)),
    [['fs.read'], ['web.post']],
  );
  for (const { becameAllowed, witness } of changes) {
    const { tool, arguments: args } = witness;
    assert.equal(before.evaluate('c', tool, args).allowed, !becameAllowed);
    assert.equal(after.evaluate('c', tool, args).allowed, becameAllowed);
  }
  assert.deepEqual(before.diff('c', before, 'c'), []);
  assert.throws(() => before.diff('c', after, 'd'), PolicyError);
});

test('couldAllow: the tools of which some call passes, in their order', () => {
  const tools = ['web.post', 'fs.write', 'fs.read', 'fs.read', 'no tool'];
  assert.deepEqual(before.couldAllow('c', tools), ['web.post', 'fs.read', 'fs.read']);
  assert.deepEqual(before.couldAllow('c', []), []);
  assert.throws(() => before.couldAllow('d', tools), { codeName: 'SCOPE_NOT_FOUND' });
});

test('lint: warnings name rule, context, capability and place', () => {
  const text = 'name: c\ncapabilities:\n  - {tool_pattern: "*"}\n  - {tool_pattern: fs.read}\n';
  const warnings = PolicySet.parse(text, { filename: 'c.yaml' }).lint();
  assert.ok(warnings.length > 0);
  for (const { rule, level, context, where, message } of warnings) {
    assert.match(rule, /^lint\./);
    assert.match(level, /^(info|warning|error)$/);
    assert.equal(context, 'c');
    assert.match(where, /^c\.yaml:\d+:\d+$/);
    assert.ok(message.length > 0);
  }
  assert.ok(warnings.some(({ capability }) => capability === 0 || capability === 1));
});

test('wrong types raise TypeError before native code', () => {
  for (const call of [
    () => before.diff('c', {}, 'c'),
    () => before.diff('c', after),
    () => before.couldAllow('c', 'web.post'),
    () => before.couldAllow('c', [5]),
    () => before.couldAllow(5, []),
  ]) {
    assert.throws(call, TypeError, call.toString());
  }
});
