// Wrapped functions: judged, and called with what was judged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallgateError, Guard, GuardError, PolicySet } from 'callgate';

const POLICY = `
name: default
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
    max_response_size: 20
  - tool_pattern: web.get
    rate_limit: {calls: 2, per_seconds: 60}
  - tool_pattern: any.*
deny_list: [any.denied]
`;
const ALICE = { subject: 'alice', context: 'default' };
const READ = { path: '/workspace/a' };

const guard = () => new Guard(PolicySet.parse(POLICY));

test('a call that policy allows is made', async () => {
  const read = guard().tool('fs.read', ALICE, async ({ path }) => path);
  assert.equal(await read(READ), '/workspace/a');
});

test('a denied call is not made and throws one error', async () => {
  const guarded = guard();
  const called = [];
  const read = guarded.tool('fs.read', ALICE, ({ path }) => called.push(path));
  const readLater = guarded.tool('fs.read', ALICE, async ({ path }) => called.push(path));
  const isDenied = (error) => {
    assert.ok(error instanceof GuardError && error instanceof CallgateError);
    assert.equal(error.codeName, 'PATH_NOT_ALLOWED');
    assert.equal(error.decision.codeName, 'PATH_NOT_ALLOWED');
    assert.equal(error.message, error.decision.reason);
    assert.doesNotMatch(inspect(error), /etc\/passwd/);
    return true;
  };
  assert.throws(() => read({ path: '/etc/passwd' }), isDenied);
  await assert.rejects(readLater({ path: '/etc/passwd' }), isDenied);
  assert.deepEqual(called, []);
});

test('a function stays synchronous or asynchronous', async () => {
  const guarded = guard();
  assert.equal(guarded.tool('any.tool', ALICE, () => 1)({}), 1);
  assert.equal(await guarded.tool('any.tool', ALICE, () => Promise.resolve(1))({}), 1);
  assert.equal(await guarded.tool('any.tool', ALICE, async () => 1)({}), 1);
});

test('an error names a place on one line of bounded length', () => {
  const tool = guard().tool('any.tool', ALICE, () => 1);
  assert.throws(() => tool({ [`a\n\x1b\u202e${'k'.repeat(100_000)}`]: undefined }), (error) => {
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /^arguments\/a\?\?\?k+… is undefined, which JSON does not have$/);
    assert.ok(error.message.length < 200);
    return true;
  });
});

test('the function gets a frozen copy of plain values', () => {
  const given = { a: [1, { b: null }] };
  const passed = guard().tool('any.tool', ALICE, (args) => args)(given);
  assert.deepEqual(passed, given);
  assert.notEqual(passed, given);
  assert.notEqual(passed.a[1], given.a[1]);
  for (const value of [passed, passed.a, passed.a[1]]) assert.ok(Object.isFrozen(value));
});

test('what changes after it was judged changes nothing', () => {
  const given = { path: '/workspace/a', options: { path: '/workspace/b' } };
  let reads = 0;
  Object.defineProperty(given, 'shifty', {
    enumerable: true,
    get: () => (reads++ === 0 ? '/workspace/c' : '/etc/passwd'),
  });
  const subject = (args) => {
    given.path = given.options.path = '/etc/passwd'; // as another turn might
    assert.throws(() => {
      args.options.path = '/etc/passwd';
    }, TypeError);
    return 'alice';
  };
  const read = guard().tool('any.tool', { subject, context: 'default' }, (args) => args);
  assert.deepEqual(read(given), {
    path: '/workspace/a',
    options: { path: '/workspace/b' },
    shifty: '/workspace/c',
  });
});

test('a key of __proto__ is an argument like others', () => {
  const passed = guard().tool('any.tool', ALICE, (args) => args)(
    JSON.parse('{"__proto__": {"path": "/a"}}'),
  );
  assert.equal(passed.path, undefined);
  assert.deepEqual(Object.keys(passed), ['__proto__']);
});

test('what JSON cannot hold throws with its place', () => {
  const called = [];
  const tool = guard().tool('any.tool', ALICE, (args) => called.push(args));
  class Own {}
  for (const value of [
    undefined,
    NaN,
    Infinity,
    1n,
    Symbol('s'),
    () => 1,
    new Date(0),
    new Map(),
    new Own(),
    Buffer.from('a'),
    '\ud800',
    { deeper: undefined },
  ]) {
    assert.throws(
      () => tool({ first: 1, second: value }),
      (error) => error instanceof TypeError && error.message.includes('arguments/second'),
      inspect(value),
    );
  }
  assert.throws(() => tool(undefined), TypeError);
  const cycle = {};
  cycle.cycle = cycle;
  assert.throws(() => tool(cycle), { codeName: 'LIMIT_EXCEEDED' });
  assert.throws(() => tool([1]), { codeName: 'INVALID_ENVELOPE' });
  assert.deepEqual(called, []);
});

test('subject and context may be found for a call, and further parameters pass', () => {
  const get = guard().tool(
    'web.get',
    { subject: (args, request) => request.user, context: (args) => args.as },
    (args, request) => request,
  );
  const alice = { user: 'alice' };
  for (let i = 0; i < 2; i++) assert.equal(get({ as: 'default' }, alice), alice);
  assert.throws(() => get({ as: 'default' }, alice), (error) => {
    assert.equal(error.codeName, 'RATE_LIMIT_EXCEEDED');
    return error.decision.retryAfter > 0;
  });
  assert.deepEqual(get({ as: 'default' }, { user: 'bob' }), { user: 'bob' });
  assert.throws(() => get({ as: 'nowhere' }, alice), { codeName: 'SCOPE_NOT_FOUND' });
  assert.throws(() => get({ as: 'default' }, { user: undefined }), TypeError);
});

test('a result over the response limit is kept back', async () => {
  const guarded = guard();
  const text = (size) => 'x'.repeat(size);
  const read = guarded.tool('fs.read', ALICE, ({ size }) => text(size));
  const later = guarded.tool('fs.read', ALICE, async ({ size }) => text(size));
  const call = (size) => ({ path: '/workspace/a', size });
  assert.equal(read(call(18)), text(18)); // and two quotes
  assert.equal(await later(call(18)), text(18));
  assert.throws(() => read(call(19)), { codeName: 'OUTPUT_SIZE_EXCEEDED' });
  await assert.rejects(later(call(19)), { codeName: 'OUTPUT_SIZE_EXCEEDED' });
});

test('a result is measured as JSON where there is a limit', () => {
  const guarded = guard();
  const result = new Map([['a', 1]]);
  assert.throws(() => guarded.tool('fs.read', ALICE, () => result)(READ), TypeError);
  assert.equal(guarded.tool('any.tool', ALICE, () => result)(READ), result);
  const measure = (map) => Object.fromEntries(map);
  assert.equal(guarded.tool('fs.read', { ...ALICE, measure }, () => result)(READ), result);
  assert.equal(guarded.tool('fs.read', ALICE, () => undefined)(READ), undefined);
});

test('what the function throws passes and stays charged', async () => {
  const get = guard().tool('web.get', ALICE, async () => {
    throw new RangeError('own');
  });
  for (let i = 0; i < 2; i++) await assert.rejects(get({}), RangeError);
  await assert.rejects(get({}), { codeName: 'RATE_LIMIT_EXCEEDED' });
});

test('wrong types are a TypeError when a function is wrapped', () => {
  const guarded = guard();
  const calls = [
    () => guarded.tool('t', ALICE),
    () => guarded.tool(1, ALICE, () => 1),
    () => guarded.tool('t', undefined, () => 1),
    () => guarded.tool('t', { subject: 'alice' }, () => 1),
    () => guarded.tool('t', { ...ALICE, subjct: 'bob' }, () => 1),
    () => guarded.tool('t', { ...ALICE, measure: 1 }, () => 1),
  ];
  for (const call of calls) assert.throws(call, TypeError, String(call));
});

test('an agent loop goes on after a denial', async () => {
  const guarded = guard();
  const tools = {
    read_file: guarded.tool('fs.read', ALICE, async () => 'text'),
    delete_file: guarded.tool('any.denied', ALICE, () => assert.fail('never called')),
  };
  const model = [
    { name: 'read_file', arguments: '{"path": "/etc/passwd"}' },
    { name: 'delete_file', arguments: '{"path": "/workspace/a"}' },
    { name: 'read_file', arguments: '{"path": "/workspace/a"}' },
  ];
  const said = [];
  for (const asked of model) {
    try {
      said.push(await tools[asked.name](JSON.parse(asked.arguments)));
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
      said.push(`denied: ${error.codeName}`);
    }
  }
  assert.deepEqual(said, ['denied: PATH_NOT_ALLOWED', 'denied: TOOL_EXPLICITLY_DENIED', 'text']);
});
