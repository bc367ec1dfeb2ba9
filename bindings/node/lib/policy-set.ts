/** SecurityContexts: load them once, then decide calls. */
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { jsonText, list, options, text, textOrBytes, wrongType } from './check.js';
import type { PolicyDecision } from './decision.js';
import { policyDecision } from './decision-record.js';
import { PolicyError } from './errors.js';
import type { JsonObject } from './json.js';
import { limitValues } from './limits.js';
import type { PolicySetHandle } from './handles.js';
import { native } from './native.js';
import { printAs } from './print.js';
import type { Containment, Limits, LintWarning, LoadFault, PolicyChange } from './types.js';

export interface LoadPolicyOptions {
  readonly limits?: Partial<Limits>;
}

export interface ParsePolicyOptions extends LoadPolicyOptions {
  /** For errors; one that ends in `.json` says that the text is JSON. */
  readonly filename?: string;
}

/** A decision on one call, and its cause in words. */
export interface Explanation {
  readonly decision: PolicyDecision;
  /** Why, in one sentence. */
  readonly cause: string;
  /** Of each of `decision.details`, in order, why it did not allow. */
  readonly tried: readonly string[];
}

/** An immutable set of SecurityContexts, compiled. */
export class PolicySet {
  readonly #handle: PolicySetHandle;

  private constructor(handle: PolicySetHandle) {
    if (!types.isExternal(handle)) throw new TypeError('use PolicySet.load, loadSync or parse');
    this.#handle = handle;
  }

  /**
   * A YAML or JSON document. Nothing loads partially.
   *
   * @throws PolicyError INVALID_POLICY, whose `where` is `filename:line:column` and whose `errors` has every
   *   fault
   */
  static parse(document: string | Uint8Array, given: ParsePolicyOptions = {}): PolicySet {
    const { filename = '', limits } = options<ParsePolicyOptions>(given, ['filename', 'limits']);
    const source = textOrBytes(document, 'document');
    const name = text(filename, 'filename');
    const bounds = limitValues(limits);
    try {
      return new PolicySet(native.policyParse(source, name, bounds));
    } catch (error) {
      throw withFaults(error, () => native.policyCheck(source, name, bounds));
    }
  }

  /**
   * A file, or the union of the `*.yaml`, `*.yml` and `*.json` files of a directory. Blocks; for
   * programs that start. Nothing loads partially.
   *
   * @throws PolicyError INVALID_POLICY, whose `where` is `file:line:column` and whose `errors` has every fault
   */
  static loadSync(path: string | URL, given: LoadPolicyOptions = {}): PolicySet {
    const { limits } = options<LoadPolicyOptions>(given, ['limits']);
    const name = pathText(path);
    const bounds = limitValues(limits);
    try {
      return new PolicySet(native.policyLoadSync(name, bounds));
    } catch (error) {
      throw withFaults(error, () => native.policyCheckFiles(name, bounds));
    }
  }

  /** As {@link PolicySet.loadSync}, on another thread. Rejects with PolicyError. */
  static async load(path: string | URL, given: LoadPolicyOptions = {}): Promise<PolicySet> {
    const { limits } = options<LoadPolicyOptions>(given, ['limits']);
    const name = pathText(path);
    const bounds = limitValues(limits);
    try {
      return new PolicySet(await native.policyLoad(name, bounds));
    } catch (error) {
      throw withFaults(error, () => native.policyCheckFiles(name, bounds));
    }
  }

  /**
   * Decides one call. Pure: no rate is charged. An unknown context denies with SCOPE_NOT_FOUND, a
   * malformed tool name or arguments with INVALID_ENVELOPE.
   *
   * @param args - an object or, faster, its JSON text
   * @throws TypeError; CallgateError LIMIT_EXCEEDED for an object beyond what any document may hold
   */
  evaluate(context: string, tool: string, args: JsonObject | string | Uint8Array): PolicyDecision {
    const name = text(context, 'context');
    const toolName = text(tool, 'tool');
    const json = jsonText(args, 'arguments');
    return policyDecision((block, slot) =>
      native.policyEvaluate(this.#handle, name, toolName, json, block, slot),
    );
  }

  /**
   * Decides as {@link PolicySet.evaluate} does and says why, for those who write the policy: it
   * quotes the call and the policy. A denial costs a multiple.
   *
   * @throws TypeError; CallgateError LIMIT_EXCEEDED for an object beyond what any document may hold
   */
  explain(context: string, tool: string, args: JsonObject | string | Uint8Array): Explanation {
    const json = jsonText(args, 'arguments');
    const decision = this.evaluate(context, tool, json);
    return { decision, ...native.policyExplain(this.#handle, context, tool, json) };
  }

  /**
   * Whether every call that `child` allows, rates apart, `parent` allows too, and each of the
   * child's limits is within the parent's. Never a false yes.
   *
   * @throws PolicyError SCOPE_NOT_FOUND
   */
  contains(names: { readonly parent: string; readonly child: string }): Containment {
    const { parent, child } = options<{ parent: string; child: string }>(names, [
      'parent',
      'child',
    ]);
    return native.policyContains(this.#handle, text(parent, 'parent'), text(child, 'child'));
  }

  /**
   * What changes when `otherContext` of `other` replaces `context`: entry by entry, with calls that
   * show it. What became allowed, then what became denied, then what is not known, then what makes
   * no difference; of each, capability by capability. Empty where both allow the same calls, as
   * often, with the same limits of answers.
   *
   * @throws PolicyError SCOPE_NOT_FOUND
   */
  diff(context: string, other: PolicySet, otherContext: string): PolicyChange[] {
    return native.policyDiff(
      this.#handle,
      text(context, 'context'),
      PolicySet.handleOf(policySet(other, 'other')),
      text(otherContext, 'otherContext'),
    );
  }

  /**
   * Those of `tools` of which some call passes, in their order; patterns of arguments are taken as
   * satisfiable.
   *
   * @throws PolicyError SCOPE_NOT_FOUND
   */
  couldAllow(context: string, tools: readonly string[]): string[] {
    const name = text(context, 'context');
    return native.policyCouldAllow(
      this.#handle,
      name,
      list(tools, 'tools').map((tool, i) => text(tool, `tools[${i}]`)),
    );
  }

  lint(): LintWarning[] {
    return native.policyLint(this.#handle);
  }

  /** Sorted. */
  get contextNames(): string[] {
    return native.policyContextNames(this.#handle);
  }

  /**
   * SHA-256, hexadecimal: the same for the same meaning, whatever the format, comments and order of
   * keys.
   */
  get digest(): string {
    return native.policyDigest(this.#handle);
  }

  /** @internal */
  static handleOf(policy: PolicySet): PolicySetHandle {
    return policy.#handle;
  }

  /** @internal */
  static isPolicySet(value: unknown): value is PolicySet {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  static {
    printAs(this.prototype, 'PolicySet', ({ contextNames, digest }) => ({ contextNames, digest }));
  }
}

/** The error with every fault, as reading it once more finds them. */
function withFaults(error: unknown, check: () => LoadFault[]): unknown {
  if (!(error instanceof PolicyError)) return error;
  const faults = check();
  const first = faults[0];
  // A file that was put right meanwhile has none.
  if (first === undefined) return error;
  return new PolicyError(first.message, error.codeName, first.where, faults);
}

/** The border for policies. */
export function policySet(value: unknown, name: string): PolicySet {
  if (!PolicySet.isPolicySet(value)) throw wrongType(value, name, 'a PolicySet');
  return value;
}

function pathText(path: unknown): string {
  const name = text(path instanceof URL ? fileURLToPath(path) : path, 'path');
  if (name.includes('\0')) throw new TypeError('path holds a NUL');
  return name;
}
