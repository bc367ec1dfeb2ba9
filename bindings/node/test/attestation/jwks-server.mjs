// A server of JWK Sets on loopback, which can lie.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { publicJwkOf } from './jwks-keys.mjs';

/**
 * `server.issuer` names it, `server.keys` are published, and each function of `server.lies` answers
 * one request in its place.
 */
export async function serveKeys(t, ...pairs) {
  const state = { keys: pairs.map(publicJwkOf), lies: [], requests: [] };
  const server = createServer((request, response) => {
    state.requests.push(request);
    const lie = state.lies.shift();
    if (lie !== undefined) return lie(response, request);
    json(response, { keys: state.keys });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  state.server = server;
  state.issuer = `http://127.0.0.1:${server.address().port}`;
  return state;
}

export function json(response, value, headers = {}) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(text);
}

/** A clock that stands still until it is told to go on. Milliseconds. */
export function clock() {
  let time = 1_000_000;
  const read = () => time;
  read.advance = (milliseconds) => {
    time += milliseconds;
  };
  return read;
}
