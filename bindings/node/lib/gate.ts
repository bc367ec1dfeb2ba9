/** The gate: decides signed tool calls, and keeps the sessions they rest on. */
import {
  bytes,
  flag,
  instant,
  list,
  nowOf,
  type NowOption,
  options,
  optionalText,
  seconds,
  text,
  textOrBytes,
  wholeSeconds,
} from './check.js';
import type { Allowed, Decision } from './decision.js';
import { decision } from './decision-record.js';
import { DeniedError } from './denied-error.js';
import { type IssuerKeys, issuerKeys } from './issuer-keys.js';
import { defaultWindow, limitValues } from './limits.js';
import type { GateHandle } from './handles.js';
import { native } from './native.js';
import { Plan } from './plan.js';
import { PolicySet, policySet } from './policy-set.js';
import { printAs } from './print.js';
import { PublicKey, publicKey } from './public-key.js';
import { type Session, session } from './session.js';
import type { Limits } from './types.js';

export interface GateOptions {
  /** Whose tokens are accepted. */
  readonly issuerKeys: IssuerKeys;
  /** `iss` of tokens must equal it. */
  readonly issuer?: string;
  /** `aud` of tokens must equal or contain it. Without it, tokens with `aud` are refused. */
  readonly audience?: string;
  /** Takes tokens whatever their `aud` says; false by default, and not with `audience`. */
  readonly acceptAnyAudience?: boolean;
  /** Whole seconds on `exp` and `nbf` of tokens, 0 to 60; 0 by default. */
  readonly leeway?: number;
  /** Envelopes are fresh this many seconds before and after now: up to 300, 30 by default. */
  readonly window?: number;
  readonly limits?: Partial<Limits>;
}

export interface OpenSessionOptions extends NowOption {
  /** Id of an open session, within whose contexts the new session's context must be. */
  readonly parent?: string;
}

/**
 * Decides envelopes: who calls, whether the call is fresh and untampered, whether policy allows it.
 * Whatever is malformed, unsigned, stale, seen before or not allowed is denied.
 *
 * A gate belongs to the thread that made it. Its ledger is in memory; for one that is shared
 * between processes see {@link Gate.plan}.
 */
export class Gate {
  readonly #handle: GateHandle;
  #policy: PolicySet;

  /** @throws CallgateError INVALID_ARGUMENT for options out of range; KeyFormatError */
  constructor(policy: PolicySet, given: GateOptions) {
    const known = options<GateOptions>(given, [
      'issuerKeys',
      'issuer',
      'audience',
      'leeway',
      'acceptAnyAudience',
      'window',
      'limits',
    ]);
    this.#policy = policySet(policy, 'policy');
    this.#handle = native.createGate(
      PolicySet.handleOf(this.#policy),
      issuerKeys(known.issuerKeys),
      optionalText(known.issuer, 'issuer'),
      optionalText(known.audience, 'audience'),
      wholeSeconds(known.leeway ?? 0, 'leeway'),
      flag(known.acceptAnyAudience, 'acceptAnyAudience'),
      Math.round(seconds(known.window ?? defaultWindow, 'window') * 1000),
      limitValues(known.limits),
    );
  }

  /**
   * Decides one envelope, and records what has to be: its signature against replay, and the rates
   * it is charged to.
   *
   * @throws TypeError, and CallgateError for a `now` out of range
   */
  authorize(data: string | Uint8Array, given?: NowOption): Decision {
    const wire = textOrBytes(data, 'data');
    const now = nowOf(given);
    return decision((block, slot) => native.gateAuthorize(this.#handle, wire, now, block, slot));
  }

  /** @throws DeniedError for a denial; what {@link Gate.authorize} throws */
  authorizeOrThrow(data: string | Uint8Array, given?: NowOption): Allowed {
    const answer = this.authorize(data, given);
    if (!answer.allowed) throw new DeniedError(answer);
    return answer;
  }

  /**
   * The same up to the ledger, for ledgers that live elsewhere: commit what the plan says in one
   * step there, then `finish` it with the answer.
   *
   * @throws as `authorize`
   */
  plan(data: string | Uint8Array, given?: NowOption): Plan {
    return Plan.of(native.gatePlan(this.#handle, textOrBytes(data, 'data'), nowOf(given)));
  }

  /**
   * Verifies a token and opens the session it names, for envelopes that `key` signs.
   *
   * @throws SessionError EXPIRED_TOKEN, INVALID_TOKEN, SCOPE_NOT_FOUND, KEY_REFUSED (`cnf.jkt` names
   * another key, or the id is open with another), SESSION_INACTIVE (the id or the parent ended),
   * UNKNOWN_SESSION (the parent), CONTEXT_EXCEEDS_PARENT_CEILING, LEDGER_FULL
   */
  openSession(token: string | Uint8Array, key: PublicKey, given: OpenSessionOptions = {}): Session {
    const { parent, now } = options<OpenSessionOptions>(given, ['parent', 'now']);
    return session(
      native.gateOpenSession(
        this.#handle,
        textOrBytes(token, 'token'),
        PublicKey.handleOf(publicKey(key, 'publicKey')),
        optionalText(parent, 'parent'),
        instant(now),
      ),
    );
  }

  /**
   * Moves the session's end to the `exp` of a new token; id, key, `sub` and `scp` stay.
   *
   * @throws SessionError as `openSession`
   */
  renewSession(id: string, token: string | Uint8Array, given?: NowOption): Session {
    return session(
      native.gateRenewSession(
        this.#handle,
        text(id, 'id'),
        textOrBytes(token, 'token'),
        nowOf(given),
      ),
    );
  }

  /**
   * Final, also for the sessions below it, and at once: no `authorize` that begins after this is
   * allowed.
   *
   * @throws SessionError UNKNOWN_SESSION
   */
  endSession(id: string): Session {
    return session(native.gateEndSession(this.#handle, text(id, 'id')));
  }

  /**
   * As {@link Gate.endSession}, for a session that is no longer trusted.
   *
   * @throws SessionError UNKNOWN_SESSION
   */
  revokeSession(id: string): Session {
    return session(native.gateRevokeSession(this.#handle, text(id, 'id')));
  }

  /** The session of that id as it stands; null where there is none. */
  session(id: string): Session | null {
    const found = native.gateFindSession(this.#handle, text(id, 'id'));
    return found === null ? null : session(found);
  }

  /**
   * Whether the session and all its ancestors are there and neither ended nor revoked. For those who
   * act on a {@link Decision} later than it was made; whether they have expired is `authorize`'s to
   * say.
   */
  isOpen(id: string): boolean {
    return native.gateIsOpen(this.#handle, text(id, 'id'));
  }

  /** Replaces the policy at once. Sessions keep the contexts that were taken when they spawned. */
  setPolicy(policy: PolicySet): void {
    native.gateSetPolicy(this.#handle, PolicySet.handleOf(policySet(policy, 'policy')));
    this.#policy = policy;
  }

  /**
   * The tools that there are, by tool patterns (`fs.read`, `fs.*`). A call that policy allows of any
   * other is denied with TOOL_NOT_ALLOWED, cause unknown_tool: it is seen before if it comes again,
   * and not charged. null, as it is at first: not known, and nothing is denied for it.
   *
   * @throws CallgateError INVALID_ARGUMENT for what is no pattern
   */
  setOfferedTools(patterns: readonly string[] | null): void {
    const given = patterns === null ? null : list(patterns, 'patterns');
    native.gateSetOfferedTools(
      this.#handle,
      given && given.map((pattern, i) => text(pattern, `patterns[${i}]`)),
    );
  }

  /**
   * Replaces the keys at once; tokens of keys that are gone are no longer accepted.
   *
   * @throws KeyFormatError for a key that is refused, and for no key; then nothing changes
   */
  setIssuerKeys(keys: IssuerKeys): void {
    native.gateSetIssuerKeys(this.#handle, issuerKeys(keys));
  }

  /**
   * The operator's way out of CLOCK_STEPPED: ends every session and sets the ledger's time. A
   * journal record.
   *
   * @param now - milliseconds since 1970 or a Date
   * @throws CallgateError INVALID_ARGUMENT for a `now` out of range
   */
  resetClock(now: number | Date): Uint8Array {
    if (now === undefined) throw new TypeError('now must be given');
    return native.gateResetClock(this.#handle, instant(now));
  }

  /** Everything the ledger knows, for a second process. Treat it as a secret. */
  exportState(): Uint8Array {
    return native.gateExportState(this.#handle);
  }

  /**
   * Replaces the ledger's state by an exported one, with journal records (`effects` of decisions
   * and sessions) applied in order, idempotently.
   *
   * @throws CallgateError INVALID_ARGUMENT for what is malformed; then nothing changes
   */
  restoreState(state: Uint8Array, given: { readonly effects?: readonly Uint8Array[] } = {}): void {
    const { effects = [] } = options<{ effects: readonly Uint8Array[] }>(given, ['effects']);
    native.gateRestoreState(
      this.#handle,
      bytes(state, 'state'),
      list(effects, 'effects').map((record, i) => bytes(record, `effects[${i}]`)),
    );
  }

  static {
    printAs(this.prototype, 'Gate', (gate) => ({ policyDigest: gate.#policy.digest }));
  }
}

