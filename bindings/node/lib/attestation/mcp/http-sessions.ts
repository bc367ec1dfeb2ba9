/** The legacy sessions of an HTTP endpoint, by `Mcp-Session-Id`. */
import { AttestedSession } from './attested-session.js';

/**
 * At most so many. Those that ended are kept for an hour, so that their clients are told `expired`,
 * but for no longer than there is room.
 */
export class HttpSessions {
  readonly #sessions = new Map<string, AttestedSession>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(id: string | undefined): AttestedSession | undefined {
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  set(id: string, session: AttestedSession): void {
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
  }

  delete(id: string | undefined): void {
    if (id !== undefined) this.#sessions.delete(id);
  }

  /** Whether one more fits, after what ended has made room. @param now - milliseconds since 1970 */
  hasRoom(now: number): boolean {
    if (this.#sessions.size < this.#most) return true;
    for (const [id, session] of this.#sessions) {
      if (session.ended(now) !== null) this.#sessions.delete(id);
    }
    return this.#sessions.size < this.#most;
  }
}
