// A tool answers with any JSON, and its result is read as it was written: bytes alone bound it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidResponse, ResponseTooLarge, ToolCallError } from 'callgate/smcp';
import { clientFor, gatewayFor, rejection } from './setup.mjs';

async function attested(t, options) {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, options);
  await client.attest();
  return { gateway, client };
}

/** What a call resolves to, if this is the text of its result. */
async function resultOf(t, text, options) {
  const { gateway, client } = await attested(t, options);
  gateway.callLies.push((seen) => seen.reply(200, replyWith(seen, `"result":${text}`)));
  return client.callTool('echo.any', {});
}

function replyWith(seen, members) {
  return `{"payload":{"jsonrpc":"2.0","id":"${seen.requestId}",${members}}}`;
}

/** How many arrays are inside each other. */
function depthOf(value) {
  let depth = 0;
  for (let at = value; Array.isArray(at); at = at[0]) depth++;
  return depth;
}

for (const depth of [61, 64, 100, 10_000, 1_000_000]) {
  test(`${depth} arrays inside each other`, async (t) => {
    const text = '['.repeat(depth) + ']'.repeat(depth);
    assert.equal(depthOf(await resultOf(t, text)), depth);
  });
}

test('objects inside each other', async (t) => {
  let value = await resultOf(t, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  let depth = 0;
  for (; typeof value === 'object'; value = value.a) depth++;
  assert.equal(depth, 100_000);
});

for (const count of [65_523, 65_536, 1_000_000]) {
  test(`an array of ${count} elements`, async (t) => {
    const result = await resultOf(t, `{"content":[${Array(count).fill(0).join()}]}`);
    assert.equal(result.content.length, count);
  });
}

test('a lone surrogate, in a value and in a key', async (t) => {
  const result = await resultOf(t, '{"text":"cut \\ud83d","\\udc00":[]}');
  assert.deepEqual(result, { text: 'cut \ud83d', '\udc00': [] });
});

test('a key that is there twice, of which the last counts', async (t) => {
  assert.deepEqual(await resultOf(t, '{"a":1,"b":{"c":2,"c":3},"a":4}'), { a: 4, b: { c: 3 } });
});

test('numbers that no double holds', async (t) => {
  const text = `{"large":1e400,"long":${'9'.repeat(2000)},"precise":0.${'1'.repeat(2000)}}`;
  assert.deepEqual(await resultOf(t, text), JSON.parse(text));
});

test('keys that mean something to JavaScript are keys like others', async (t) => {
  const text = '{"__proto__":{"polluted":1},"constructor":2,"payload":{"payload":3}}';
  const result = await resultOf(t, text);
  assert.deepEqual(Object.keys(result), ['__proto__', 'constructor', 'payload']);
  assert.equal({}.polluted, undefined);
});

test('strings that look like the structure of the reply', async (t) => {
  const texts = ['"', '\\', '\\"', '{"payload":1,"payload":2}', '"error":', '\\\\"}]', ''];
  assert.deepEqual(await resultOf(t, JSON.stringify(texts)), texts);
});

test('white space wherever JSON allows it', async (t) => {
  const { gateway, client } = await attested(t);
  gateway.callLies.push((seen) => {
    const payload = `{"jsonrpc" : "2.0" ,\n"id":\t"${seen.requestId}","result"\r\n: [ 1 ] }`;
    seen.reply(200, ` \n{ "payload" :\n ${payload} }\n`);
  });
  assert.deepEqual(await client.callTool('echo.any', {}), [1]);
});

test('the error of a tool’s server is read likewise', async (t) => {
  const { gateway, client } = await attested(t);
  const data = `{"a":1,"a":"\\ud83d","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  gateway.callLies.push((seen) =>
    seen.reply(200, replyWith(seen, `"error":{"code":1,"message":"\\ud83d","data":${data}}`)),
  );
  const error = await rejection(client.callTool('echo.any', {}));
  assert.ok(error instanceof ToolCallError);
  assert.equal(error.rpcMessage, '\ud83d');
  assert.equal(error.rpcData.a, '\ud83d');
  assert.ok(error.message.isWellFormed());
});

test('a description of a tool is read likewise', async (t) => {
  const { gateway, client } = await attested(t);
  const schema = `${'{"items":'.repeat(70)}{}${'}'.repeat(70)}`;
  const tools = `[{"name":"fs.read","description":"\\ud83d","inputSchema":${schema}}]`;
  gateway.callLies.push((seen) => seen.reply(200, replyWith(seen, `"result":{"tools":${tools}}`)));
  const [tool] = await client.listTools();
  assert.equal(tool.description, '\ud83d');
});

test('bytes are what bounds a result', async (t) => {
  const options = { maxResponseBytes: 1_000_000 };
  const result = await resultOf(t, JSON.stringify('x'.repeat(999_000)), options);
  assert.equal(result.length, 999_000);
  const larger = resultOf(t, JSON.stringify('x'.repeat(1_000_000)), options);
  assert.ok((await rejection(larger)) instanceof ResponseTooLarge);
});

for (const [what, text] of Object.entries({
  'a million open brackets': '['.repeat(1_000_000),
  'a million open objects': '{"a":'.repeat(1_000_000),
  'brackets that do not match': `${'['.repeat(1_000_000)}${'}'.repeat(1_000_000)}`,
  'a text that was cut': '{"content":[',
  NaN: 'NaN',
  'a lone byte of UTF-8': Buffer.from('22ff22', 'hex'),
  'a surrogate in bytes': Buffer.from('22eda0bd22', 'hex'),
})) {
  test(`what is no JSON is no result: ${what}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => {
      const [before, after] = replyWith(seen, '"result":|').split('|');
      seen.reply(200, Buffer.concat([Buffer.from(before), Buffer.from(text), Buffer.from(after)]));
    });
    const error = await rejection(client.callTool('echo.any', {}));
    assert.ok(error instanceof InvalidResponse);
    assert.ok(error.message.length < 300);
    assert.equal(error.cause, undefined, 'it would quote the reply');
  });
}

for (const [what, reply] of Object.entries({
  'the reply': (id) => `{"payload":{"jsonrpc":"2.0","id":"${id}","result":1},"payload":{}}`,
  'the reply, escaped': (id) =>
    `{"p\\u0061yload":{},"payload":{"jsonrpc":"2.0","id":"${id}","result":1}}`,
  'the payload': (id) => `{"payload":{"jsonrpc":"2.0","id":"${id}","result":1,"result":2}}`,
  'the payload, its id': (id) => `{"payload":{"jsonrpc":"2.0","id":"x","id":"${id}","result":1}}`,
})) {
  test(`a member twice is refused outside of the result: ${what}`, async (t) => {
    const { gateway, client } = await attested(t);
    gateway.callLies.push((seen) => seen.reply(200, reply(seen.requestId)));
    assert.ok((await rejection(client.callTool('echo.any', {}))) instanceof InvalidResponse);
  });
}
