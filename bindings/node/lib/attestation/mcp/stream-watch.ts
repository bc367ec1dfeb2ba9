/** Streams of events that a request opened: they end with the attestation that opened them. */
import type { AttestationReason } from '../types.js';

/** How soon a stream ends whose issuer, key or token is denied, or has expired. Milliseconds. */
const CHECKED_EVERY = 500;

/** Calls `end` once `ended` says why, and never after `stop`. It keeps no process alive. */
export class StreamWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #ended: () => AttestationReason | null;
  readonly #end: (reason: AttestationReason) => void;
  #over = false;

  constructor(ended: () => AttestationReason | null, end: (reason: AttestationReason) => void) {
    this.#ended = ended;
    this.#end = end;
    this.#timer = setInterval(() => this.check(), CHECKED_EVERY);
    this.#timer.unref();
  }

  /** Whether the stream may go on; asked before each event. */
  check(): boolean {
    if (this.#over) return false;
    const reason = this.#reason();
    if (reason === null) return true;
    this.stop();
    this.#end(reason);
    return false;
  }

  stop(): void {
    this.#over = true;
    clearInterval(this.#timer);
  }

  /** What cannot be judged does not go on. */
  #reason(): AttestationReason | null {
    try {
      return this.#ended();
    } catch {
      return 'unavailable';
    }
  }
}
