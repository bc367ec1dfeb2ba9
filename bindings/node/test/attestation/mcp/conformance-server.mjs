// A server with what the conformance scenarios of MCP ask for, over HTTP.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import * as events from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as streamable from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import * as web from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { z } from 'zod';

const PIXEL = [
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
  '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
].join('');
const text = (said) => ({ type: 'text', text: said });
const image = { type: 'image', data: PIXEL, mimeType: 'image/png' };
const embedded = (uri, mimeType, said) => ({
  type: 'resource',
  resource: { uri, mimeType, text: said },
});

/** Tools whose result is always the same. */
const FIXED = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' }],
  test_embedded_resource: [embedded('test://embedded-resource', 'text/plain', 'embedded')],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{}'),
  ],
};

/** @param close - closes the stream of a request, whose client has to come back */
function makeServer(close) {
  const capabilities = { logging: {}, tools: {}, prompts: {}, resources: { subscribe: true } };
  const server = new McpServer({ name: 'conformance', version: '1' }, { capabilities });
  const tool = (name, schema, handler) =>
    server.registerTool(name, { description: name, inputSchema: schema }, handler);
  for (const [name, content] of Object.entries(FIXED)) tool(name, {}, async () => ({ content }));
  tool('test_error_handling', {}, async () => ({
    isError: true,
    content: [text('This tool intentionally returns an error for testing')],
  }));
  tool('test_tool_with_logging', {}, async (_, extra) => {
    for (const data of [
      'Tool execution started',
      'Tool processing data',
      'Tool execution completed',
    ]) {
      await extra.sendNotification({
        method: 'notifications/message',
        params: { level: 'info', data },
      });
    }
    return { content: [text('logged')] };
  });
  tool('test_tool_with_progress', {}, async (_, { _meta: { progressToken }, sendNotification }) => {
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 };
      await sendNotification({ method: 'notifications/progress', params });
    }
    return { content: [text(String(progressToken))] };
  });
  tool('test_sampling', { prompt: z.string() }, async ({ prompt }) => {
    const messages = [{ role: 'user', content: text(prompt) }];
    const { content } = await server.server.createMessage({ messages, maxTokens: 100 });
    return { content: [text(`LLM response: ${content.text}`)] };
  });
  tool('test_elicitation', { message: z.string() }, async ({ message }) => {
    const properties = { username: { type: 'string' }, email: { type: 'string' } };
    const requestedSchema = { type: 'object', properties, required: ['username', 'email'] };
    const { action, content } = await server.server.elicitInput({ message, requestedSchema });
    return {
      content: [text(`User response: action=${action}, content=${JSON.stringify(content)}`)],
    };
  });
  tool('test_reconnection', {}, async (_, { sessionId, requestId }) => {
    close(sessionId, requestId);
    await setTimeout(100);
    return { content: [text('Reconnection test completed successfully')] };
  });
  const resource = (name, contents) =>
    server.registerResource(name, `test://${name}`, {}, async ({ href }) => ({
      contents: [{ uri: href, ...contents }],
    }));
  resource('static-text', { mimeType: 'text/plain', text: 'static' });
  resource('static-binary', { mimeType: 'image/png', blob: PIXEL });
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, {}, async ({ href }, { id }) => ({
    contents: [{ uri: href, mimeType: 'application/json', text: JSON.stringify({ id }) }],
  }));
  const user = (content) => ({ messages: [{ role: 'user', content }] });
  server.registerPrompt('test_simple_prompt', { description: 'simple' }, async () =>
    user(text('This is a simple prompt for testing.')),
  );
  const argsSchema = { arg1: z.string(), arg2: z.string() };
  server.registerPrompt('test_prompt_with_arguments', { argsSchema }, async ({ arg1, arg2 }) =>
    user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  return server;
}

/** One transport a session, of the kind that a program has. */
function router(make) {
  const transports = new Map();
  return async (id) => {
    const known = transports.get(id);
    if (known !== undefined) return known;
    const transport = make({
      sessionIdGenerator: randomUUID,
      eventStore: new events.InMemoryEventStore(),
      retryInterval: 500,
      onsessioninitialized: (session) => transports.set(session, transport),
    });
    const close = (session, request) => transports.get(session).closeSSEStream(request);
    await makeServer(close).connect(transport);
    return transport;
  };
}

const LOCAL = /^(https?:\/\/)?(localhost|127\.0\.0\.1)(:\d+)?$/;
const isLocal = ({ headers: { host = '', origin = host } }) =>
  LOCAL.test(host) && LOCAL.test(origin);

/** @param wrap - puts a gate before a handler, or leaves it as it is */
const HANDLERS = {
  node: (wrap) => {
    const transportOf = router((options) => new streamable.StreamableHTTPServerTransport(options));
    return wrap(async (request, response) => {
      const transport = await transportOf(request.headers['mcp-session-id']);
      await transport.handleRequest(request, response);
    });
  },
  web: (wrap) => {
    const { WebStandardStreamableHTTPServerTransport: Transport } = web;
    const transportOf = router((options) => new Transport(options));
    const fetch = wrap(async (request) => {
      const transport = await transportOf(request.headers.get('mcp-session-id') ?? undefined);
      return transport.handleRequest(request);
    });
    return toNodeHandler({ fetch });
  },
};

/** Serves until `close`. */
export async function serveConformance(kind, wrap) {
  const handler = HANDLERS[kind](wrap);
  const server = createServer((request, response) => {
    if (isLocal(request)) handler(request, response);
    else response.writeHead(403).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/mcp`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
