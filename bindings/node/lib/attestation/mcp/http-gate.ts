/** Enforcement over HTTP, apart from how requests and responses look in a program. */
import { randomUUID } from 'node:crypto';
import { options, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import { isObject } from '../../json.js';
import type { AttestationReason } from '../types.js';
import type { ChangeAnswer } from './answers.js';
import type { AttestedSession } from './attested-session.js';
import { sessionHash } from './carriers.js';
import type { AttestationGate } from './gate.js';
import { HttpSessions } from './http-sessions.js';
import type { Passed } from './judgement.js';
import { isResponse, type Message, PROOF_HEADER, SESSION_HEADER } from './messages.js';
import { bodilessRefusal, type Refusal, refusal } from './refusal.js';

/** Bytes: 4 MiB, as in the SDK. */
const MOST_BODY = 4 * 1024 * 1024;
const MOST_SESSIONS = 10_000;

export interface AttestedHttpOptions {
  /** Of a request's body, in bytes; a longer one is answered 413. 4 MiB by default. */
  readonly maxBodyBytes?: number;
  /** Legacy sessions at a time; over it, `initialize` is refused as `unavailable`. 10,000. */
  readonly maxSessions?: number;
}

/** What an HTTP request has besides its body. */
export interface HttpRequest {
  readonly method: string;
  /** @param name - in lower case */
  header(name: string): string | undefined;
}

/** An answer that is the gate's own. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A request that goes on, and how its response is watched. */
export interface HttpForward {
  readonly kind: 'forward';
  /** The body to go on; undefined where the request has none. */
  readonly body: string | undefined;
  /** Given the response's status and session id; returns the session id that it is to have. */
  readonly begin: (status: number, sessionId: string | undefined) => string | undefined;
  /** Changes the text of a message of the response; undefined: none is changed. */
  readonly change: ((text: string) => string) | undefined;
  /** Of a response that is a stream of the server's own messages: why it has to end. */
  readonly streamEnded: (() => AttestationReason | null) | undefined;
  /** The last message of a stream that ended so. */
  readonly lastMessage: (reason: AttestationReason) => Message | undefined;
  /** To be called once the response is over. */
  readonly release: () => void;
}

/** Judges the HTTP requests of one endpoint. */
export class HttpGate {
  readonly maxBodyBytes: number;
  readonly #gate: AttestationGate;
  readonly #sessions: HttpSessions;

  constructor(gate: AttestationGate, given: AttestedHttpOptions) {
    const known = options<AttestedHttpOptions>(given, ['maxBodyBytes', 'maxSessions']);
    this.maxBodyBytes = positive(known.maxBodyBytes ?? MOST_BODY, 'maxBodyBytes');
    this.#sessions = new HttpSessions(positive(known.maxSessions ?? MOST_SESSIONS, 'maxSessions'));
    this.#gate = gate;
  }

  /** Whether the request has a body that must be read before it is judged. */
  readsBody(method: string): boolean {
    return method === 'POST';
  }

  /** @param body - of a POST: all of it; undefined where it is longer than it may be */
  async judge(
    request: HttpRequest,
    body: Uint8Array | undefined,
  ): Promise<HttpAnswer | HttpForward> {
    switch (request.method) {
      case 'POST':
        return await this.#judgePost(request, body);
      case 'GET':
      case 'DELETE':
        return await this.#judgeBodiless(request);
      case 'OPTIONS':
        return forward({}); // a preflight reaches no method of MCP
      default:
        return { kind: 'answer', status: 405, headers: { allow: 'GET, POST, DELETE' }, body: null };
    }
  }

  async #judgePost(
    request: HttpRequest,
    body: Uint8Array | undefined,
  ): Promise<HttpAnswer | HttpForward> {
    if (!isJson(request.header('content-type'))) return plain(415, 'send application/json');
    if (body === undefined) {
      return plain(413, `the body is longer than ${this.maxBodyBytes} bytes`);
    }
    const text = decode(body);
    if (text === undefined) return plain(400, 'the body is no UTF-8');
    const id = request.header(SESSION_HEADER);
    const session = this.#sessions.get(id);
    const judged = await this.#gate.judge(text, session);
    switch (judged.kind) {
      case 'drop':
        return { kind: 'answer', status: 202, headers: {}, body: null };
      case 'refuse':
        if (judged.endsSession) this.#sessions.delete(id);
        return answer(judged.refusal);
      case 'pass':
        // An `initialize` without a token: what an earlier one verified counts no longer.
        if (judged.opens === null) this.#sessions.delete(id);
        // Nor may another subject take the session over: its streams can be resumed.
        if (judged.opens && session && !session.isOfSubject(judged.opens.result)) {
          this.#sessions.delete(id);
          judged.release();
          return answer(refusal('binding', judged.attested.era, judged.attested.id));
        }
        return this.#forwardMessage(judged);
    }
  }

  #forwardMessage(passed: Passed): HttpAnswer | HttpForward {
    const { message, attested, opens, release, streamEnded } = passed;
    const { era, id } = attested;
    if (opens && !this.#sessions.hasRoom(this.#gate.now())) {
      return answer(refusal('unavailable', era, id));
    }
    const listens = attested.method === 'subscriptions/listen';
    return forward({
      body: JSON.stringify(message),
      change: changeOf(passed),
      release,
      ...(opens ? { begin: this.#opening(opens) } : {}),
      ...(listens ? { streamEnded } : {}),
      lastMessage: (reason) => refusal(reason, era, id).response,
    });
  }

  /** Stores the session once the server has taken it, under the id that the server gave it. */
  #opening(session: NonNullable<Passed['opens']>): HttpForward['begin'] {
    return (status, sessionId) => {
      if (status < 200 || status > 299) return sessionId;
      // A server without sessions of its own ignores the id.
      const id = sessionId ?? randomUUID();
      this.#sessions.set(id, session);
      return id;
    };
  }

  /** A stream that is resumed has answers to earlier requests. */
  #resumed(session: AttestedSession | undefined): HttpForward['change'] {
    const change = this.#gate.changeInSession(session);
    return change && ((text) => changed(text, change));
  }

  async #judgeBodiless(request: HttpRequest): Promise<HttpAnswer | HttpForward> {
    const id = request.header(SESSION_HEADER);
    const session = this.#sessions.get(id);
    const covered = sessionHash(id, request.header('last-event-id'));
    const proof = request.header(PROOF_HEADER);
    const reason = await this.#gate.judgeBodiless(request.method, proof, covered, session);
    if (reason !== null) return answer(bodilessRefusal(reason));
    if (request.method === 'DELETE') {
      return forward({
        begin: (status, sessionId) => {
          // 405: the server keeps no sessions; this one is the gate's.
          if ((status >= 200 && status <= 299) || status === 405) this.#sessions.delete(id);
          return sessionId;
        },
      });
    }
    return forward({
      ...(session && { streamEnded: () => session.ended(this.#gate.now()) }),
      change: this.#resumed(session),
    });
  }
}

function changeOf({ change, message }: Passed): ((text: string) => string) | undefined {
  if (change === undefined) return undefined;
  return (text) =>
    changed(text, (answered) => (answered.id === message.id ? change(answered) : answered));
}

/** What the server wrote; another text where it is a response that changes. */
function changed(text: string, change: ChangeAnswer): string {
  let answered: unknown;
  try {
    answered = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isObject(answered) || !isResponse(answered)) return text;
  const given = change(answered);
  return given === answered ? text : JSON.stringify(given);
}

function forward(given: Partial<HttpForward>): HttpForward {
  return {
    kind: 'forward',
    body: undefined,
    begin: (_status, sessionId) => sessionId,
    change: undefined,
    streamEnded: undefined,
    lastMessage: () => undefined,
    release: () => {},
    ...given,
  };
}

function answer({ response, httpStatus, httpHeaders }: Refusal): HttpAnswer {
  const headers = { 'content-type': 'application/json', ...httpHeaders };
  return { kind: 'answer', status: httpStatus, headers, body: JSON.stringify(response) };
}

/** What is wrong with the request as HTTP, or with the program that took it. */
export function plain(status: number, message: string): HttpAnswer {
  const headers = { 'content-type': 'application/json' };
  const response = { jsonrpc: '2.0', id: null, error: { code: -32000, message } };
  return { kind: 'answer', status, headers, body: JSON.stringify(response) };
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

function positive(value: unknown, name: string): number {
  if (typeof value !== 'number') throw wrongType(value, name, 'a number');
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new CallgateError('must be a positive whole number', 'INVALID_ARGUMENT', name);
}
