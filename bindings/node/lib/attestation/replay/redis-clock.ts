/** What time it is for a Redis server, and whether its clock leapt. */

/** Clocks may differ by so much, and no claim is forgotten early. Milliseconds. */
export const MARGIN = 60_000;

/**
 * A server forgets by its own clock. Where that goes ahead by more than the margin after a claim was
 * written, the claim is forgotten early. So its offset from a clock that never leaps is compared
 * with the least offset of one to two windows, in which all claims were written that still count.
 */
export class RedisClock {
  readonly #window: number;
  #offset = 0;
  #least = Infinity;
  #leastBefore = Infinity;
  #turnedAt = -Infinity;

  /** @param window - how long a claim is kept, in milliseconds */
  constructor(window: number) {
    this.#window = window;
  }

  /** Milliseconds since 1970, by the server. */
  now(): number {
    return performance.now() + this.#offset;
  }

  /**
   * Takes the reply to `TIME`, which was sent at `sent` of `performance.now()`.
   *
   * @returns whether claims may have been forgotten early
   */
  heard(server: number, sent: number): boolean {
    const now = performance.now();
    this.#offset = server - (sent + now) / 2;
    const leapt = this.#offset - Math.min(this.#least, this.#leastBefore) > MARGIN;
    if (leapt || now - this.#turnedAt >= this.#window) {
      this.#leastBefore = leapt ? Infinity : this.#least;
      this.#least = Infinity;
      this.#turnedAt = now;
    }
    this.#least = Math.min(this.#least, this.#offset);
    return leapt;
  }
}
