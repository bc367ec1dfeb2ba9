/** The pure half of a decision, for ledgers that live elsewhere. */
import { types } from 'node:util';
import { list, seconds, wrongType } from './check.js';
import type { Decision } from './decision.js';
import { decision } from './decision-record.js';
import type { PlanHandle } from './handles.js';
import { native } from './native.js';
import { printAs } from './print.js';
import { PublicKey } from './public-key.js';
import type { Charge, Outcome } from './types.js';

/** The identity of an envelope: who signed, and the signature (64 bytes). */
export interface ReplayKey {
  readonly publicKey: PublicKey;
  readonly signature: Uint8Array;
}

const OUTCOMES: readonly unknown[] = [
  'committed',
  'alreadySeen',
  'rateLimited',
  'sessionInactive',
  'full',
  'unavailable',
] satisfies Outcome['outcome'][];

/** What is known of a call, and what a ledger has to check and record at once. */
export class Plan {
  readonly #handle: PlanHandle;

  private constructor(handle: PlanHandle) {
    if (!types.isExternal(handle)) throw new TypeError('use Gate.plan');
    this.#handle = handle;
  }

  /**
   * null: nothing is to be committed, and `finish` looks at no outcome. Otherwise the plan is
   * committed, denied or not.
   */
  get replayKey(): ReplayKey | null {
    const pair = native.planReplayKey(this.#handle);
    if (pair === null) return null;
    return Object.freeze({ publicKey: PublicKey.of(pair[0]), signature: pair[1] });
  }

  /** Ids: the call's own session first, then its ancestors. All must be open. */
  get sessions(): readonly string[] {
    return native.planSessions(this.#handle);
  }

  /**
   * Of the envelope; null without a replay key. Its fraction of a second is not signed: keep the
   * replay key until the end of the second + `window`.
   */
  get timestamp(): Date | null {
    const milliseconds = native.planTimestamp(this.#handle);
    return milliseconds === null ? null : new Date(milliseconds);
  }

  /** Seconds. */
  get window(): number {
    return native.planWindow(this.#handle) / 1000;
  }

  /**
   * For each context of the chain, its limits in order: the first with room is taken, from all
   * contexts or from none. Empty for a call that policy denies.
   */
  get charges(): readonly (readonly Charge[])[] {
    return native.planCharges(this.#handle);
  }

  /**
   * The decision, given the ledger's answer; once. A second call denies with INTERNAL_ERROR, and
   * what was taken but does not fit `charges`, or a negative time, with LEDGER_UNAVAILABLE.
   *
   * @throws TypeError for what is no outcome; CallgateError INVALID_ARGUMENT for a `retryAfter` (in
   * seconds) out of range
   */
  finish(outcome: Outcome): Decision {
    if (typeof outcome !== 'object' || outcome === null || !OUTCOMES.includes(outcome.outcome)) {
      throw wrongType(outcome, 'outcome', 'an Outcome');
    }
    const detail = detailOf(outcome);
    return decision((block, slot) =>
      native.planFinish(this.#handle, outcome.outcome, detail, block, slot),
    );
  }

  /** @internal */
  static of(handle: PlanHandle): Plan {
    return new Plan(handle);
  }

  static {
    // The replay key holds a signature: whether there is one says enough.
    printAs(this.prototype, 'Plan', ({ replayKey, sessions, timestamp, charges }) => ({
      toCommit: replayKey !== null,
      sessions,
      timestamp,
      charges: charges.length,
    }));
  }
}

/** Whole milliseconds, never less than was said; what is negative stays so. */
function wait(milliseconds: number): number {
  return milliseconds < 0 ? Math.floor(milliseconds) : Math.ceil(milliseconds);
}

function detailOf(outcome: Outcome): number[] | number | undefined {
  switch (outcome.outcome) {
    case 'committed':
      return list(outcome.taken, 'taken').map((position) => {
        if (Number.isInteger(position) && Number(position) >= 0 && Number(position) < 2 ** 32) {
          return Number(position);
        }
        throw wrongType(position, 'taken', 'an array of positions');
      });
    case 'rateLimited':
      return wait(seconds(outcome.retryAfter, 'retryAfter') * 1000);
    default:
      return undefined;
  }
}
