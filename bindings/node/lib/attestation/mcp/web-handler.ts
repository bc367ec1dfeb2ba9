/** Enforcement over HTTP for handlers of web-standard requests. */
import { wrongType } from '../../check.js';
import { isObject } from '../../json.js';
import type { AttestationVerifier } from '../verifier.js';
import { EventRewriter, isEventStream } from './event-stream.js';
import type { AttestationGate } from './gate.js';
import { type AttestedHttpOptions, type HttpForward, HttpGate } from './http-gate.js';
import { SESSION_HEADER } from './messages.js';
import { gateOf } from './server-transport.js';
import { StreamWatch } from './stream-watch.js';

/** Answers a request; `given` is what the SDK's handlers take besides, e.g. `authInfo`. */
export type FetchHandler<Given> = (request: Request, given?: Given) => Response | Promise<Response>;

/**
 * The handler with a gate before it, for `createMcpHandler(…).fetch` of 2.x,
 * `WebStandardStreamableHTTPServerTransport.handleRequest` of either line, and what routes to them.
 *
 * @param gate - or its verifier, for a gate with default options
 * @throws TypeError; CallgateError INVALID_ARGUMENT as AttestationGate
 */
export function attestFetch<Given extends object = object>(
  handler: FetchHandler<Given>,
  gate: AttestationGate | AttestationVerifier,
  given: AttestedHttpOptions = {},
): (request: Request, given?: Given) => Promise<Response> {
  if (typeof handler !== 'function') throw wrongType(handler, 'handler', 'a function');
  const http = new HttpGate(gateOf(gate), given);
  return async (request, rest) => {
    if (isObject(rest) && rest['parsedBody'] !== undefined) {
      throw new TypeError('parsedBody: the body is read here, so put no body parser before it');
    }
    const header = (name: string): string | undefined => request.headers.get(name) ?? undefined;
    const method = request.method.toUpperCase();
    const body = http.readsBody(method) ? await read(request, http.maxBodyBytes) : undefined;
    const judged = await http.judge({ method, header }, body);
    if (judged.kind === 'answer') {
      const { status, headers } = judged;
      return new Response(judged.body, { status, headers: { ...headers } });
    }
    try {
      const response = await handler(forwarded(request, judged.body), rest);
      return await watched(response, judged, request.signal);
    } catch (error) {
      judged.release();
      throw error;
    }
  };
}

/** All of a body, or undefined where it is too long. */
async function read(request: Request, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function forwarded({ url, method, headers, signal }: Request, body: string | undefined): Request {
  const passed = new Headers(headers);
  passed.delete('accept-encoding'); // what is compressed could not be changed
  if (body === undefined) return new Request(url, { method, headers: passed, signal });
  passed.delete('content-length');
  return new Request(url, { method, headers: passed, body, signal });
}

async function watched(
  response: Response,
  forward: HttpForward,
  signal: AbortSignal,
): Promise<Response> {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  const given = headers.get(SESSION_HEADER) ?? undefined;
  const sessionId = forward.begin(status, given);
  if (sessionId !== undefined) headers.set(SESSION_HEADER, sessionId);
  const body = await watchedBody(response, headers, forward, signal);
  return new Response(body, { status, statusText, headers });
}

async function watchedBody(
  response: Response,
  headers: Headers,
  forward: HttpForward,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | string | null> {
  const { change, release } = forward;
  if (response.body === null) {
    release();
    return null;
  }
  const isEvents = isEventStream(headers.get('content-type') ?? '');
  if (change === undefined || isEvents) return through(response.body, forward, signal);
  const text = await response.text();
  release();
  headers.delete('content-length');
  return change(text);
}

/** The stream of a response, changed and ended as the gate says. */
function through(
  source: ReadableStream<Uint8Array>,
  { change, streamEnded, lastMessage, release }: HttpForward,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const rewriter = change && new EventRewriter(change);
  let watch: StreamWatch | undefined;
  let over = false;
  const finish = (): void => {
    over = true;
    watch?.stop();
    release();
  };
  const stop = (reason?: unknown): void => {
    finish();
    reader.cancel(reason).catch(() => {}); // the server's stream may have failed already
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      // The reader of the response waits for its next piece, and does not notice.
      const leave = (): void => {
        if (over) return;
        stop(signal.reason);
        controller.close();
      };
      signal.addEventListener('abort', leave, { once: true });
      if (streamEnded === undefined) return;
      watch = new StreamWatch(streamEnded, (reason) => {
        const last = lastMessage(reason);
        if (last !== undefined) {
          controller.enqueue(encoder.encode(`data: ${JSON.stringify(last)}\n\n`));
        }
        controller.close();
        stop();
      });
    },
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (over || watch?.check() === false) return;
          if (done) {
            finish();
            controller.close();
            return;
          }
          const text = rewriter?.feed(decoder.decode(value, { stream: true }));
          const given = text === undefined ? value : encoder.encode(text);
          if (given.length === 0) continue;
          controller.enqueue(given);
          return;
        }
      } catch (error) {
        stop(error);
        throw error;
      }
    },
    cancel: stop,
  });
}
