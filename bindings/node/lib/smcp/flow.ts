/**
 * The exchanges with a gateway, as generators: they yield requests and receive replies.
 *
 * No HTTP library, no event loop and no clock: the driver (`http.ts`) sends, and throws what went
 * wrong into the generator; `clock` gives milliseconds since 1970.
 */
import { randomBytes } from 'node:crypto';
import { createEnvelope } from '../envelope.js';
import { CallgateError } from '../errors.js';
import { engineCodeName } from './code-names.js';
import { Ed25519Key } from './ed25519-key.js';
import {
  CertificateRefused,
  ConnectionLost,
  GatewayRefused,
  GatewayTimeout,
  GatewayUnreachable,
  InvalidResponse,
  notDispatched,
  ofRequest,
  PayloadError,
  SMCPError,
} from './errors.js';
import { unsendable } from './mistakes.js';
import { payloadText } from './payload.js';
import { readAttestation, readResult, readTools, type ToolDescription } from './replies.js';
import { type Attested, RENEWAL_PAUSE_MS, type Session, type Token, tokenOf } from './session.js';
import { attestBody, type HttpRequest, type HttpResponse } from './wire.js';

export type Exchange<T> = Generator<HttpRequest, T, HttpResponse>;
export type Clock = () => number;

const FIRST_PAUSE = 0.1; // seconds before a retry; each next one is four times as long
const LONGEST_PAUSE = 5; // what asks for more is the caller's to wait for
const MAX_PAGES = 100; // of a list of tools
// Passing troubles of a gateway. A denial stays a denial however often it is asked for.
const TRANSIENT: readonly string[] = [
  'LEDGER_UNAVAILABLE',
  'AUDIT_UNAVAILABLE',
  'SIGNER_UNAVAILABLE',
  'UPSTREAM_FAILED',
];
// No server offers the tool, and asking again brings none.
const UNKNOWN_TOOL = 'unknown_tool';

/** Attests, or renews, with the session's key; the session then has the token. */
export function* attest(session: Session, clock: Clock): Exchange<Attested> {
  const { generation, requestOptions } = session.parameters;
  const build = (): Omit<HttpRequest, 'delay'> => {
    session.checkOpen();
    const body = attestBody(session.parameters, session.proofTime(clock()));
    return { path: generation.attestPath, body, timeout: requestOptions.attestTimeout };
  };
  const read = (response: HttpResponse) => readAttestation(response, session.parameters);
  const attested = yield* exchange(session, { build, read, runsTools: false });
  session.token = tokenOf(attested, clock());
  return attested;
}

/** Renews if it is due. A gateway in trouble does not end a session whose token still lives. */
export function* renewEarly(session: Session, clock: Clock): Exchange<void> {
  const token = session.liveToken();
  if (!session.renewalIsDue(clock())) return; // another caller was first
  try {
    yield* attest(session, clock);
  } catch (error) {
    const now = clock();
    if (!isTrouble(error) || token.endsAt === null || now >= token.endsAt) {
      throw notDispatched(error);
    }
    session.token = { ...token, renewAt: now + RENEWAL_PAUSE_MS };
  }
}

/** Attests again, unless another caller already did. */
export function* replaceToken(session: Session, clock: Clock, refused: Token): Exchange<void> {
  if (session.liveToken().attested !== refused.attested) return;
  try {
    yield* attest(session, clock);
  } catch (error) {
    throw notDispatched(error);
  }
}

/** A tool's result. `params` are those of `callParams`. */
export function* callTool(session: Session, clock: Clock, params: string): Exchange<unknown> {
  return yield* call(session, clock, 'tools/call', params);
}

/** The tools that the session could ever call, of all pages. */
export function* listTools(session: Session, clock: Clock): Exchange<ToolDescription[]> {
  const tools: ToolDescription[] = [];
  let params = '{}';
  for (let page = 0; page < MAX_PAGES; page++) {
    const read = readTools(yield* call(session, clock, 'tools/list', params));
    for (const tool of read.tools) tools.push(tool);
    if (read.cursor === null) return tools;
    params = payloadText({ cursor: read.cursor });
  }
  throw new InvalidResponse('the list of tools has no end', { codeName: 'LIMIT_EXCEEDED' });
}

/** The `params` of a tool call. @throws PayloadError */
export function callParams(toolName: unknown, args: unknown, strictInterop: boolean): string {
  if (typeof toolName !== 'string' || toolName === '' || !toolName.isWellFormed()) {
    throw unsendable("the tool's name must be a string that is Unicode text and not empty");
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw unsendable('arguments must be an object');
  }
  const text = payloadText(args, { strictInterop });
  return `{"name":${JSON.stringify(toolName)},"arguments":${text}}`;
}

/** One signed request and its `payload.result`. */
function* call(
  session: Session,
  clock: Clock,
  method: 'tools/call' | 'tools/list',
  params: string,
): Exchange<unknown> {
  const { generation, requestOptions } = session.parameters;
  let requestId = '';
  const build = (): Omit<HttpRequest, 'delay'> => {
    // A retry has an id of its own: within one second the same id would make the same signature,
    // and that is a replay.
    requestId = `req-${randomBytes(8).toString('hex')}`;
    const payload = `{"jsonrpc":"2.0","id":"${requestId}","method":"${method}","params":${params}}`;
    const body = sign(session, payload, clock());
    return { path: generation.invokePath, body, timeout: requestOptions.callTimeout };
  };
  const read = (response: HttpResponse) => readResult(response, session.parameters, requestId);
  try {
    return yield* exchange(session, { build, read, runsTools: true });
  } catch (error) {
    throw ofRequest(error, requestId);
  }
}

function sign(session: Session, payload: string, now: number): Uint8Array {
  const { key, generation } = session.parameters;
  const token = session.liveToken().attested.securityToken;
  const secret = Ed25519Key.secretOf(key);
  try {
    return createEnvelope(payload, token, secret, { now, protocol: generation.protocol });
  } catch (cause) {
    if (!(cause instanceof CallgateError)) throw cause;
    // E.g. larger than an envelope may be.
    const codeName = engineCodeName(cause);
    const message = `cannot be signed: ${cause.message}`;
    throw new PayloadError(message, { codeName, dispatched: false, cause });
  }
}

interface Step<T> {
  build(): Omit<HttpRequest, 'delay'>;
  read(response: HttpResponse): T;
  readonly runsTools: boolean;
}

/** The only loop that sends again, and only what cannot have been acted on. */
function* exchange<T>(session: Session, { build, read, runsTools }: Step<T>): Exchange<T> {
  let delay = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      return read(yield { ...build(), delay });
    } catch (error) {
      const pause = pauseAfter(error, attempt, runsTools);
      if (pause === null || attempt === session.parameters.requestOptions.retries) throw error;
      delay = pause;
    }
  }
}

/** Seconds until a request may be sent again; null if it may not. */
function pauseAfter(error: unknown, attempt: number, runsTools: boolean): number | null {
  if (!(error instanceof GatewayUnreachable || error instanceof GatewayRefused)) return null;
  if (error instanceof CertificateRefused || (runsTools && error.dispatched !== false)) return null;
  if (error instanceof GatewayRefused && !isPassing(error)) return null;
  const pause = Math.max(FIRST_PAUSE * 4 ** attempt, error.retryAfter ?? 0);
  return pause <= LONGEST_PAUSE ? pause : null;
}

function isPassing(error: GatewayRefused): boolean {
  // Too large stays too large; too many passes.
  if (error.codeName === 'LIMIT_EXCEEDED') return error.retryAfter !== null;
  return TRANSIENT.includes(error.codeName) && error.details?.['cause'] !== UNKNOWN_TOOL;
}

function isTrouble(error: unknown): boolean {
  if (!(error instanceof SMCPError)) return false;
  return (
    error instanceof GatewayUnreachable ||
    error instanceof GatewayTimeout ||
    error instanceof ConnectionLost ||
    error instanceof InvalidResponse ||
    (error.httpStatus !== null && (error.httpStatus >= 500 || error.httpStatus === 429))
  );
}
