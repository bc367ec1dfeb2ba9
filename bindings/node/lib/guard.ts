/** Guard: the engine in a program that trusts its own caller. */
import { instant, jsonText, nowOf, type NowOption, options, text } from './check.js';
import type { GuardDecision } from './decision.js';
import { guardDecision } from './decision-record.js';
import type { JsonObject } from './json.js';
import { guardedTool, type ToolOptions } from './guarded-tool.js';
import { limitValues } from './limits.js';
import type { GuardHandle } from './handles.js';
import { native } from './native.js';
import { PolicySet, policySet } from './policy-set.js';
import { printAs } from './print.js';
import type { Limits } from './types.js';

export interface GuardOptions {
  readonly limits?: Partial<Limits>;
}

/**
 * Policy, rates and response limits, without envelopes, tokens and sessions. Who calls is what the
 * program says.
 *
 * Rates are counted in this object, for each subject and context, so they are those of one thread
 * of one process and end with it; for callers that have to prove who they are, and for rates that
 * several processes share, there is {@link Gate}. `limits` bounds JSON texts and the table of rates
 * (`maxRateWindows`, `maxRateEntries`): a subject takes room there only while a call that was
 * charged to it counts, and a full table denies with LEDGER_FULL. The time never runs backwards: it
 * is the latest `now` that was seen.
 *
 * @example
 * const guard = new Guard(PolicySet.loadSync('contexts.yaml'));
 * const decision = guard.check('alice', 'default', 'fs.read', { path: '/workspace/a' });
 * if (!decision.allowed) throw new Error(decision.reason);
 */
export class Guard {
  readonly #handle: GuardHandle;
  #policy: PolicySet;

  /** @throws CallgateError INVALID_ARGUMENT for limits out of range */
  constructor(policy: PolicySet, given: GuardOptions = {}) {
    const { limits } = options<GuardOptions>(given, ['limits']);
    this.#policy = policySet(policy, 'policy');
    this.#handle = native.createGuard(PolicySet.handleOf(this.#policy), limitValues(limits));
  }

  /**
   * Decides one call of `subject` under `context`, and charges it to the first capability that
   * allows it and has room: the `capability` of what is allowed. What is denied is not charged.
   *
   * Denies as {@link PolicySet.evaluate}, and with RATE_LIMIT_EXCEEDED, LEDGER_FULL where the table
   * of rates is full, CLOCK_STEPPED where no limit has room while `now` is behind the latest that
   * was seen, and INVALID_ARGUMENT for a subject that is not 1 to 256 bytes of UTF-8 without control
   * characters.
   *
   * @param args - an object or, faster, its JSON text
   * @throws TypeError; CallgateError for a `now` out of range, and LIMIT_EXCEEDED for an object
   * beyond what any document may hold
   */
  check(
    subject: string,
    context: string,
    tool: string,
    args: JsonObject | string | Uint8Array,
    given?: NowOption,
  ): GuardDecision {
    const who = text(subject, 'subject');
    const name = text(context, 'context');
    const toolName = text(tool, 'tool');
    const json = jsonText(args, 'arguments');
    const now = nowOf(given);
    return guardDecision((block, slot) =>
      native.guardCheck(this.#handle, who, name, toolName, json, now, block, slot),
    );
  }

  /**
   * Wraps a function: it is called as the tool `name`, with what was judged. Its first parameter is
   * an object of arguments, whose JSON is judged; it is called with the parsed copy, frozen, so what
   * changes meanwhile changes nothing. Further parameters are the program's and not the caller's (a
   * request, a framework's context): they are passed on as they are, and not judged.
   *
   * Where the call has a response limit, the JSON of the result is measured, or of
   * `measure(result)`, once it is there; a result that is over it is kept back, though the tool has
   * run. The wall clock is `now`.
   *
   * The wrapped function throws (for an async function: rejects with) {@link GuardError} for what is
   * denied, with the `decision`, and TypeError for what JSON cannot hold, with its place.
   *
   * @example
   * const read = guard.tool(
   *   'fs.read',
   *   { subject: (args, request) => request.user, context: 'default' },
   *   async ({ path }: { path: string }, request: Request) => await readFile(path, 'utf8'),
   * );
   */
  tool<A extends object, Rest extends unknown[], R>(
    name: string,
    given: ToolOptions<A, Rest, R>,
    tool: (args: A, ...rest: Rest) => R,
  ): (args: A, ...rest: Rest) => R {
    const toolName = text(name, 'name');
    return guardedTool(
      (subject, context, json) => this.check(subject, context, toolName, json),
      given,
      tool,
    );
  }

  /** What judges calls that begin now. */
  get policy(): PolicySet {
    return this.#policy;
  }

  /** Replaces the policy at once. What was charged stays charged. */
  setPolicy(policy: PolicySet): void {
    native.guardSetPolicy(this.#handle, PolicySet.handleOf(policySet(policy, 'policy')));
    this.#policy = policy;
  }

  /**
   * The way out of CLOCK_STEPPED: sets the time. Calls charged after `now` count as made at `now`,
   * so that nothing is refilled.
   *
   * @param now - milliseconds since 1970 or a Date
   * @throws CallgateError INVALID_ARGUMENT for a `now` out of range
   */
  resetClock(now: number | Date): void {
    if (now === undefined) throw new TypeError('now must be given');
    native.guardResetClock(this.#handle, instant(now));
  }

  static {
    printAs(this.prototype, 'Guard', (guard) => ({ policyDigest: guard.#policy.digest }));
  }
}
