/**
 * Types that the addon and the package share. This file imports nothing, so that the loader of the
 * addon and everything above it can use them without a circle.
 */

/** The stable name of an error code. Numbers differ between SMCP and SEAL paths; names do not. */
export type CodeName =
  | 'INVALID_ENVELOPE'
  | 'INVALID_SIGNATURE'
  | 'EXPIRED_TOKEN'
  | 'INVALID_TOKEN'
  | 'REPLAY_DETECTED'
  | 'UNKNOWN_SESSION'
  | 'SESSION_INACTIVE'
  | 'TOOL_NOT_ALLOWED'
  | 'TOOL_EXPLICITLY_DENIED'
  | 'PATH_NOT_ALLOWED'
  | 'DOMAIN_NOT_ALLOWED'
  | 'COMMAND_NOT_ALLOWED'
  | 'RATE_LIMIT_EXCEEDED'
  | 'OUTPUT_SIZE_EXCEEDED'
  | 'ARGUMENT_NOT_ALLOWED'
  | 'UNKNOWN_WORKLOAD'
  | 'SCOPE_NOT_FOUND'
  | 'WORKLOAD_VERIFICATION_FAILED'
  | 'KEY_REFUSED'
  | 'CONTEXT_EXCEEDS_PARENT_CEILING'
  | 'LEDGER_UNAVAILABLE'
  | 'LEDGER_FULL'
  | 'CLOCK_STEPPED'
  | 'AUDIT_UNAVAILABLE'
  | 'SIGNER_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_FAILED'
  | 'LIMIT_EXCEEDED'
  | 'INTERNAL_ERROR'
  | 'INVALID_JSON'
  | 'INVALID_POLICY'
  | 'INVALID_ARGUMENT';

/** The name of a class of errors, as the addon gives it. */
export type ErrorClassName =
  | 'CallgateError'
  | 'EnvelopeError'
  | 'JsonError'
  | 'KeyFormatError'
  | 'PolicyError'
  | 'SessionError'
  | 'TokenError';

export type Protocol = 'smcp/v1' | 'seal/v1';

/**
 * Counts and bytes. Going over one is an error (INVALID_ENVELOPE for envelopes, LIMIT_EXCEEDED or
 * the document's own error elsewhere), or a denial with LEDGER_FULL for the tables of the ledger.
 */
export interface Limits {
  /** Bytes of a JSON text: envelopes, payloads, arguments, claims. 1 MiB. */
  readonly maxJsonBytes: number;
  /** Arrays and objects that are open at once. 64. */
  readonly maxJsonDepth: number;
  /** Values and keys. 65,536. */
  readonly maxJsonNodes: number;
  /** The digits of one number. 1,024. */
  readonly maxNumberBytes: number;
  /** Bytes of a security token. */
  readonly maxTokenBytes: number;
  /** Tokens whose verification is remembered. */
  readonly maxRememberedTokens: number;
  /** Bytes of a policy document. */
  readonly maxPolicyBytes: number;
  /** Values and keys of a policy document. */
  readonly maxPolicyNodes: number;
  /** Bytes for each compiled argument pattern. */
  readonly maxRegexMemory: number;
  /** Envelopes that are remembered against replay, of all sessions. */
  readonly maxReplayEntries: number;
  /** The same of one session. */
  readonly maxReplayEntriesPerSession: number;
  /** Open sessions, and the tombstones of ended ones. */
  readonly maxSessions: number;
  /** Ancestors of a session. */
  readonly maxSessionDepth: number;
  /** (root, context, capability) that are counted at once. */
  readonly maxRateWindows: number;
  /** Charged calls that are remembered in all windows. */
  readonly maxRateEntries: number;
}

/** A call that shows a difference between two contexts: put it to `evaluate` on both sides. */
export interface Witness {
  readonly tool: string;
  /** JSON text. */
  readonly arguments: string;
}

/** Whether every call that a child context allows, its parent allows too. */
export interface Containment {
  readonly contained: boolean;
  /** Allowed by the child, denied by the parent. */
  readonly witness: Witness | null;
  /** null when contained; `"uncovered"`, or what exceeds what. */
  readonly reason: string | null;
}

/** One thing that two versions of a context say differently. */
export interface PolicyChange {
  /**
   * Whether calls became allowed or denied by it; `'none'`: no call shows it; `'unknown'`: neither
   * is that proved nor was a call found. That nothing became allowed is certain only without these.
   */
  readonly effect: 'allowed' | 'denied' | 'unknown' | 'none';
  /** The same as `effect === 'allowed'`. */
  readonly becameAllowed: boolean;
  /**
   * In the context that allows: the new one, or the old one where calls became denied and for what
   * only the old one has. null for an entry of the deny list that makes no difference.
   */
  readonly capability: number | null;
  /** Of it, or of the deny entry. Several are sorted and joined by a space. */
  readonly toolPattern: string;
  /** Allowed by one, denied by the other. */
  readonly witness: Witness | null;
  /** A sentence: `path_allowlist: added /srv`. */
  readonly reason: string | null;
  /** Where it differs, as documents write it: `deny_list`, `path_allowlist`, `maxLength`. */
  readonly keyword: string;
  /** The names down to a declared argument; the key of a pattern. Empty where it is none. */
  readonly argument: string;
  /** What the old version says there, as text or JSON; null where it says nothing. */
  readonly before: string | null;
  /** What the new version says there. */
  readonly after: string | null;
}

/** Something that loads and is probably not what its author meant. */
export interface LintWarning {
  /** `lint.…`, as named in the policy reference. */
  readonly rule: string;
  /** How grave it is, `error` above `warning` above `info`. */
  readonly level: 'info' | 'warning' | 'error';
  readonly context: string;
  /** null: the context or its deny list. */
  readonly capability: number | null;
  readonly message: string;
  /** `file:line:column`. */
  readonly where: string | null;
}

/** One thing that is wrong with a policy document. */
export interface LoadFault {
  /** `file:line:column`, or the file. */
  readonly where: string;
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number;
  /** In bytes, from 1. */
  readonly column: number;
  /** Id of the rule in the policy reference; empty where it is no rule of policies. */
  readonly rule: string;
  /** The text that stands there, at most 64 bytes, control characters escaped. */
  readonly found: string;
  /** What was expected, and so what to write. */
  readonly message: string;
}

/** What one capability, whose tool pattern matched, answered to a call it did not allow. */
export interface TriedCapability {
  /** Position in the context's list, from 0. */
  readonly capability: number;
  readonly code: number;
  readonly codeName: CodeName;
  /** Id of the rule in the policy reference, e.g. `"path.dotdot"`. */
  readonly rule: string;
  /** JSON pointer (RFC 6901) into the arguments. */
  readonly where: string | null;
}

/** At most `calls` in any `perSeconds` seconds, counted under `key`; 0 calls: no limit. */
export interface Charge {
  readonly key: string;
  readonly calls: number;
  readonly perSeconds: number;
}

/** What a ledger answered to a plan. */
export type Outcome =
  | {
      readonly outcome: 'committed';
      /** For each list of `Plan.charges`: which of its charges was taken, from 0. */
      readonly taken: readonly number[];
    }
  | { readonly outcome: 'alreadySeen' }
  | {
      readonly outcome: 'rateLimited';
      /** Seconds. */
      readonly retryAfter: number;
    }
  | { readonly outcome: 'sessionInactive' }
  | { readonly outcome: 'full' }
  | { readonly outcome: 'unavailable' };

/** `ended` and `revoked` are final. */
export type SessionState = 'open' | 'ended' | 'revoked';
