/** A client's transport that attests what it sends. */
import { wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import type { JsonObject } from '../../json.js';
import { AgentConnection, type Sent } from './agent-connection.js';
import { attestingFetch } from './client-fetch.js';
import { type AttestingOptions, attestingSettings } from './client-options.js';
import { isResponse, type Message, objectIn } from './messages.js';
import { type AttestingFetch, type McpTransport, WrappedTransport } from './transport.js';

/** Milliseconds that a server has to answer `server/discover`. */
const DISCOVERED_WITHIN = 10_000;
/** Of `_meta`: what MCP wants in every request of the modern era. */
const ENVELOPE = 'io.modelcontextprotocol/';

/**
 * The transport of an agent's client, attesting: in the legacy era the token goes with
 * `initialize`; in the modern era token and proof go with each message, once `server/discover` said
 * that the server wants them.
 *
 * @param transport - of stdio and the like: a transport; over HTTP: what makes it, of the `fetch`
 * that it must be given: `(fetch) => new StreamableHTTPClientTransport(url, { fetch })`. There,
 * each attempt to send a message gets a proof of its own.
 * @throws TypeError; CallgateError INVALID_ARGUMENT
 */
export function attestingTransport(
  transport: McpTransport | ((fetch: AttestingFetch) => McpTransport),
  given: AttestingOptions,
): AttestingTransport {
  const settings = attestingSettings(given);
  const connection = new AgentConnection(settings);
  if (typeof transport !== 'function') return new AttestingTransport(transport, connection, true);
  const made = transport(attestingFetch(connection, settings.fetch));
  return new AttestingTransport(made, connection, false);
}

/** What {@link attestingTransport} returns. */
export class AttestingTransport extends WrappedTransport {
  readonly #connection: AgentConnection;
  /** Whether messages are attested here; else by `fetch`. */
  readonly #attests: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #discovery: Discovery | undefined;
  #discoveries = 0;

  constructor(inner: McpTransport, connection: AgentConnection, attests: boolean) {
    if (typeof inner?.send !== 'function' || typeof inner.start !== 'function') {
      throw wrongType(inner, 'transport', 'a Transport of the MCP SDK');
    }
    super(inner);
    this.#connection = connection;
    this.#attests = attests;
    // The SDK knows a child process by these, and by nothing else.
    for (const name of ['stderr', 'pid'] as const) {
      if (!(name in inner)) continue;
      const get = (): unknown => (inner as McpTransport & JsonObject)[name];
      Object.defineProperty(this, name, { get, enumerable: true });
    }
  }

  /** What the server says of attestation; undefined: nothing, so far. */
  get attestationStatus(): JsonObject | undefined {
    return this.#connection.status;
  }

  async send(message: Message, options?: unknown): Promise<void> {
    await this.#send(message, options, false);
  }

  protected received(message: Message, extra: unknown): void {
    if (!isResponse(message)) {
      this.onmessage?.(message, extra);
      return;
    }
    if (this.#discovery?.answer(message) === true) return;
    const read = this.#connection.answered(message);
    if ('pass' in read) this.onmessage?.(read.pass, extra);
    else this.#repeat(read.repeat, message, extra);
  }

  protected closed(): void {
    this.#discovery?.fail('the connection closed before server/discover was answered');
  }

  /** Where that fails, the client hears of the first refusal. */
  #repeat({ message, options }: Sent, refused: Message, extra: unknown): void {
    this.#send(message, options, true).catch((error: unknown) => {
      this.report(error);
      this.onmessage?.(refused, extra);
    });
  }

  /** In the order in which the client sends. */
  async #send(message: Message, options: unknown, repeated: boolean): Promise<void> {
    // What is proven must be what is written, whatever becomes of the object meanwhile.
    const written = JSON.parse(JSON.stringify(message)) as Message;
    const ready = this.#last.then(async () => {
      if (this.#connection.needsDiscovery(written)) await this.#discover(written);
      this.#connection.note(written, options, repeated);
      return this.#attests ? await this.#connection.attest(written) : written;
    });
    this.#last = ready.catch(() => {}); // it is the sender's to hear of it
    await this.inner.send(await ready, options);
  }

  /** Asks the server what it wants, for a client that did not. */
  async #discover(message: Message): Promise<void> {
    const meta = Object.entries(objectIn(message.params, '_meta'));
    const id = `callgate-discover-${++this.#discoveries}`;
    const _meta = Object.fromEntries(meta.filter(([name]) => name.startsWith(ENVELOPE)));
    const request = { jsonrpc: '2.0', id, method: 'server/discover', params: { _meta } };
    this.#discovery = new Discovery(id);
    try {
      this.#connection.note(request);
      await this.inner.send(request);
      this.#connection.answered(await this.#discovery.response);
    } finally {
      this.#discovery = undefined;
    }
  }
}

/** A question of the transport's own. */
class Discovery {
  readonly response: Promise<Message>;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;
  #resolve: (response: Message) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(id: string) {
    this.#id = id;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.response.catch(() => {}); // where the request could not even be sent
    const message = 'the server did not answer server/discover in time';
    this.#timer = setTimeout(() => this.fail(message), DISCOVERED_WITHIN);
  }

  /** Whether the response is to it. */
  answer(response: Message): boolean {
    if (response.id !== this.#id) return false;
    clearTimeout(this.#timer);
    this.#resolve(response);
    return true;
  }

  fail(message: string): void {
    clearTimeout(this.#timer);
    this.#reject(new CallgateError(message, 'UPSTREAM_TIMEOUT', 'server/discover'));
  }
}
