/** Enforcement over HTTP for handlers of Node's requests: `node:http`, Express and their kin. */
import { IncomingMessage, type ServerResponse } from 'node:http';
import { wrongType } from '../../check.js';
import type { AttestationVerifier } from '../verifier.js';
import type { AttestationGate } from './gate.js';
import { type AttestedHttpOptions, type HttpAnswer, HttpGate, plain } from './http-gate.js';
import { watchResponse } from './node-response.js';
import { gateOf } from './server-transport.js';

/** Answers a request; frameworks pass `next` besides. */
export type NodeHandler<Rest extends unknown[]> = (
  request: IncomingMessage,
  response: ServerResponse,
  ...rest: Rest
) => unknown;

/**
 * The handler with a gate before it, for `StreamableHTTPServerTransport.handleRequest` and what
 * routes to it. Put no body parser before it: it reads the body as it was sent, and hands the
 * handler a request whose body can be read again.
 *
 * @param gate - or its verifier, for a gate with default options
 * @throws TypeError; CallgateError INVALID_ARGUMENT as AttestationGate
 */
export function attestHandler<Rest extends unknown[]>(
  handler: NodeHandler<Rest>,
  gate: AttestationGate | AttestationVerifier,
  given: AttestedHttpOptions = {},
): (request: IncomingMessage, response: ServerResponse, ...rest: Rest) => Promise<void> {
  if (typeof handler !== 'function') throw wrongType(handler, 'handler', 'a function');
  const http = new HttpGate(gateOf(gate), given);
  return async (request, response, ...rest) => {
    if (!(request instanceof IncomingMessage)) {
      throw wrongType(request, 'request', 'a request of node:http (for HTTP/2 use attestFetch)');
    }
    const method = request.method ?? '';
    let body: Buffer | undefined;
    if (http.readsBody(method)) {
      if (request.readableDidRead) {
        write(response, plain(500, 'a body parser has read the body before attestHandler'));
        return;
      }
      try {
        body = await read(request, http.maxBodyBytes);
      } catch {
        return; // the client has gone
      }
    }
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const judged = await http.judge({ method, header }, body);
    if (judged.kind === 'answer') {
      write(response, judged);
      return;
    }
    watchResponse(response, judged);
    await handler(forwarded(request, judged.body), response, ...rest);
  };
}

/** All of a body, or undefined where it is too long. */
async function read(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers });
  response.end(body ?? undefined);
}

/** The request with another body, and with whatever a framework has put on it. */
function forwarded(request: IncomingMessage, body: string | undefined): IncomingMessage {
  // What is compressed could not be changed.
  delete request.headers['accept-encoding'];
  request.rawHeaders = without(request.rawHeaders, /^accept-encoding$/i);
  if (body === undefined) return request;
  const bytes = Buffer.from(body);
  const copy = new IncomingMessage(request.socket);
  const own = new Set(Object.keys(copy));
  Object.setPrototypeOf(copy, Object.getPrototypeOf(request) as object);
  for (const [name, value] of Object.entries(request)) {
    if (!own.has(name)) Object.defineProperty(copy, name, { ...PLAIN, value });
  }
  copy.method = request.method as string;
  copy.url = request.url as string;
  copy.httpVersion = request.httpVersion;
  copy.httpVersionMajor = request.httpVersionMajor;
  copy.httpVersionMinor = request.httpVersionMinor;
  const { 'transfer-encoding': _chunked, ...headers } = request.headers;
  copy.headers = { ...headers, 'content-length': String(bytes.length) };
  copy.rawHeaders = [
    ...without(request.rawHeaders, /^(content-length|transfer-encoding)$/i),
    'Content-Length',
    String(bytes.length),
  ];
  copy.push(bytes);
  copy.push(null);
  copy.complete = true;
  return copy;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

/** Raw headers, names and values in turn, but for those of a name. */
function without(rawHeaders: readonly string[], name: RegExp): string[] {
  return rawHeaders.filter((_, i) => !name.test(rawHeaders[i - (i % 2)] as string));
}
