/** What both clients are made of: calls, and the renewal of their token. */
import { SecretKey } from '../secret-key.js';
import { parseAddress } from './address.js';
import {
  type CallOptions,
  checkedOptions,
  checkedText,
  type ClientOptions,
  requestOptionsOf,
  signalOf,
} from './client-options.js';
import { Ed25519Key } from './ed25519-key.js';
import { TokenRefused } from './errors.js';
import {
  attest,
  callParams,
  callTool,
  type Exchange,
  listTools,
  renewEarly,
  replaceToken,
} from './flow.js';
import { type GenerationName, generations } from './generations.js';
import { Http } from './http.js';
import { beginningWithOutcome } from './outcome.js';
import type { ToolDescription } from './replies.js';
import { type Attested, Session } from './session.js';
import { tlsOptions } from './tls-options.js';

/** What differs between the clients. */
export interface ClientKind {
  readonly generation: GenerationName;
  readonly needsExpiry: boolean;
  /** The error, by the name that it has in the published SDK. */
  readonly named: (error: unknown) => unknown;
}

const clock = (): number => Date.now();

/**
 * A new key is made at construction, in locked memory. It is erased by `dispose`, at the end of a
 * `using` block, or when the client is collected. Every failure is an SMCPError.
 */
export abstract class ClientBase implements Disposable, AsyncDisposable {
  readonly gatewayUrl: string;
  readonly workloadId: string;
  readonly securityScope: string;
  readonly key: Ed25519Key;
  readonly #kind: ClientKind;
  readonly #ownsKey: boolean;
  readonly #session: Session;
  readonly #http: Http;
  /** Settled while no attestation is under way. */
  #attesting: Promise<unknown> = Promise.resolve();

  /** @throws ConfigurationError */
  protected constructor(
    kind: ClientKind,
    gatewayUrl: string,
    workloadId: string,
    securityScope: string,
    given: ClientOptions,
  ) {
    const address = parseAddress(gatewayUrl);
    const options = checkedOptions(given);
    const requestOptions = requestOptionsOf(options);
    const tls = tlsOptions(address, options.caFile, options.clientCertificate);
    this.gatewayUrl = address.url;
    this.workloadId = checkedText(workloadId, 'workloadId');
    this.securityScope = checkedText(securityScope, 'securityScope');
    this.#kind = kind;
    this.#ownsKey = options.key === undefined;
    this.key = options.key ?? Ed25519Key.from(SecretKey.generate());
    this.#http = new Http(address, tls, requestOptions);
    this.#session = new Session({
      generation: generations[options.generation ?? kind.generation],
      workloadId,
      scope: securityScope,
      key: this.key,
      requestOptions,
      enrolmentSecret: options.enrolmentSecret,
      attestationToken: options.attestationToken,
      needsExpiry: kind.needsExpiry,
    });
  }

  /** The token of the last attestation; null before the first. */
  get securityToken(): string | null {
    return this.#session.token?.attested.securityToken ?? null;
  }

  /** When the token ends, ISO 8601; null before the first, or if the gateway did not say. */
  get expiresAt(): string | null {
    return this.#session.token?.attested.expiresAt ?? null;
  }

  /** Null before the first attestation, or if the gateway did not say. */
  get sessionId(): string | null {
    return this.#session.token?.attested.sessionId ?? null;
  }

  /**
   * The tool's result, as its server gave it: any value but `null`, also `0`, `false` and `""`.
   *
   * A token near its end is renewed before, and once more if the gateway refuses it without having
   * dispatched the call.
   *
   * @throws SMCPError, whose message begins with whether the tool ran; the reason of a `signal`
   * that aborts, and then it may have run
   */
  async callTool(toolName: string, args: object, options: CallOptions = {}): Promise<unknown> {
    const call = async (): Promise<unknown> => {
      const { strictInterop } = this.#session.parameters.requestOptions;
      const params = callParams(toolName, args, strictInterop);
      return this.#signed(() => callTool(this.#session, clock, params), signalOf(options));
    };
    return this.#named(async () => beginningWithOutcome(call));
  }

  /**
   * The tools that the session could ever call, as their servers describe them.
   *
   * @throws SMCPError; the reason of a `signal` that aborts
   */
  async listTools(options: CallOptions = {}): Promise<ToolDescription[]> {
    return this.#named(async () =>
      this.#signed(() => listTools(this.#session, clock), signalOf(options)),
    );
  }

  /** Erases the key and ends the connections. May be called more than once. */
  dispose(): void {
    this.#session.closed = true;
    // A key that was passed is its owner's to erase.
    if (this.#ownsKey) this.key.erase();
    this.#http.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  /** @internal */
  protected async _attest(): Promise<Attested> {
    return this.#named(() => this.#alone(() => this.#http.run(attest(this.#session, clock))));
  }

  async #named<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.#kind.named(error);
    }
  }

  async #signed<T>(begin: () => Exchange<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.#session.renewalIsDue(clock())) {
      const renewed = this.#alone(() => this.#http.run(renewEarly(this.#session, clock)));
      await unlessAborted(renewed, signal);
    }
    const token = this.#session.liveToken();
    try {
      return await this.#http.run(begin(), signal);
    } catch (error) {
      if (!(error instanceof TokenRefused) || error.dispatched !== false) throw error;
    }
    const replaced = this.#alone(() => this.#http.run(replaceToken(this.#session, clock, token)));
    await unlessAborted(replaced, signal);
    return this.#http.run(begin(), signal);
  }

  /** Lets one caller attest while the others wait for its token. */
  async #alone<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#attesting.then(act);
    this.#attesting = mine.catch(() => undefined);
    return mine;
  }
}

/** An attestation goes on when one of those who wait for it does not any more. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const ended = new AbortController(); // takes the listener away
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    ended.abort();
  }
}
