/** A response of Node that is changed and ended as the gate says, whatever its handler writes. */
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { EventRewriter, isEventStream } from './event-stream.js';
import type { HttpForward } from './http-gate.js';
import { SESSION_HEADER } from './messages.js';
import { StreamWatch } from './stream-watch.js';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];
type Done = (error?: Error | null) => void;

/** From here on, what is written to the response is changed and ended as the gate says. */
export function watchResponse(response: ServerResponse, forward: HttpForward): void {
  const watched = new WatchedResponse(response, forward);
  Object.assign(response, {
    writeHead: (status: number, ...rest: unknown[]) => watched.writeHead(status, rest),
    write: (chunk: string | Uint8Array, ...rest: unknown[]) => watched.write(chunk, rest),
    end: (...given: unknown[]) => watched.end(given),
  });
  response.once('close', () => watched.closed());
}

class WatchedResponse {
  readonly #response: ServerResponse;
  readonly #forward: HttpForward;
  readonly #writeHead: ServerResponse['writeHead'];
  readonly #write: (chunk: string | Uint8Array, done?: Done) => boolean;
  readonly #end: (chunk: string | undefined, done?: Done) => ServerResponse;
  readonly #decoder = new TextDecoder();
  #begun = false;
  #rewriter: EventRewriter | undefined;
  /** Of a body that changes as a whole. */
  #text: string | undefined;
  #watch: StreamWatch | undefined;

  constructor(response: ServerResponse, forward: HttpForward) {
    this.#response = response;
    this.#forward = forward;
    this.#writeHead = response.writeHead.bind(response);
    this.#write = response.write.bind(response);
    this.#end = response.end.bind(response);
  }

  /** Node calls it too, for a handler that does not. */
  writeHead(status: number, rest: unknown[]): ServerResponse {
    const reason = typeof rest[0] === 'string' ? rest[0] : undefined;
    setHeaders(this.#response, (reason === undefined ? rest[0] : rest[1]) as Headers | undefined);
    if (!this.#begun) this.#begin(status);
    return reason === undefined ? this.#writeHead(status) : this.#writeHead(status, reason);
  }

  write(chunk: string | Uint8Array, rest: unknown[]): boolean {
    const done = rest.find((each): each is Done => typeof each === 'function');
    const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8';
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (!this.#response.headersSent) this.#response.writeHead(this.#response.statusCode);
    if (this.#watch !== undefined && !this.#watch.check()) return true;
    if (this.#text === undefined && this.#rewriter === undefined) return this.#write(bytes, done);
    const text = this.#decoder.decode(bytes, { stream: true });
    if (this.#rewriter !== undefined) return this.#write(this.#rewriter.feed(text), done);
    this.#text += text;
    if (done !== undefined) process.nextTick(done);
    return true;
  }

  end(given: unknown[]): ServerResponse {
    const done = given.find((each): each is Done => typeof each === 'function');
    const [chunk, encoding] = given;
    if (!this.#response.headersSent) this.#response.writeHead(this.#response.statusCode);
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.write(chunk, [encoding]);
    this.#watch?.stop();
    const { change } = this.#forward;
    const whole = this.#text === undefined ? undefined : change?.(this.#text);
    return this.#end(whole, done);
  }

  closed(): void {
    this.#watch?.stop();
    this.#forward.release();
  }

  #begin(status: number): void {
    this.#begun = true;
    const response = this.#response;
    const { change, streamEnded, begin } = this.#forward;
    const given = response.getHeader(SESSION_HEADER);
    const sessionId = begin(status, given === undefined ? undefined : String(given));
    if (sessionId !== undefined) response.setHeader(SESSION_HEADER, sessionId);
    const isEvents = isEventStream(String(response.getHeader('content-type')));
    if (change !== undefined) {
      response.removeHeader('content-length');
      if (isEvents) this.#rewriter = new EventRewriter(change);
      else this.#text = '';
    }
    if (streamEnded !== undefined && isEvents) {
      this.#watch = new StreamWatch(streamEnded, (reason) => {
        const last = this.#forward.lastMessage(reason);
        this.#end(last === undefined ? undefined : `data: ${JSON.stringify(last)}\n\n`);
      });
    }
  }
}

/** The headers of `writeHead`, which come as an object, as pairs, or flat. */
function setHeaders(response: ServerResponse, headers: Headers | undefined): void {
  if (headers === undefined) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    return;
  }
  const flat = headers.flat() as string[];
  for (let i = 0; i < flat.length; i += 2) {
    response.appendHeader(flat[i] as string, flat[i + 1] as string);
  }
}
