/** Which tools which callers may use, and see. */
import { list, options, text, wrongType } from '../../check.js';
import { isObject } from '../../json.js';
import { oneOf } from '../issuer-trust.js';
import { type AttestationContext, type RequiredAttestation, satisfies } from '../session-store.js';
import { TrustLevel } from '../types.js';

/** What is asked of the callers of tools. */
export interface ToolGuard extends RequiredAttestation {
  /** The names of the tools. Without it, every tool. */
  readonly tools?: readonly string[];
}

interface CheckedGuard {
  readonly required: RequiredAttestation;
  readonly tools: readonly string[] | undefined;
}

/** The guards of a server. A tool can be used by callers that satisfy each guard of it. */
export class ToolGuards {
  readonly #guards: CheckedGuard[] = [];

  /** @throws TypeError */
  add(given: ToolGuard): void {
    this.#guards.push(checked(given));
  }

  get some(): boolean {
    return this.#guards.length > 0;
  }

  /** @param tool - its name, as the caller wrote it. An exception of a `check` is a no. */
  allow(context: AttestationContext | undefined, tool: unknown): boolean {
    const guards = this.#guards.filter(
      ({ tools }) => tools === undefined || typeof tool !== 'string' || tools.includes(tool),
    );
    try {
      return guards.every(({ required }) => satisfies(context, required));
    } catch {
      return false;
    }
  }

  /** The tools of a listing that a caller may use. */
  shown(tools: unknown, context: AttestationContext | undefined): unknown[] {
    const all = Array.isArray(tools) ? (tools as unknown[]) : [];
    return all.filter((tool) => isObject(tool) && this.allow(context, tool['name']));
  }
}

function checked(given: unknown): CheckedGuard {
  const { tools, ...required } = options<ToolGuard>(given, [
    'trustLevel',
    'issuer',
    'check',
    'tools',
  ]);
  const { trustLevel, issuer, check } = required;
  if (trustLevel !== undefined) oneOf(Object.values(TrustLevel), trustLevel, 'trustLevel');
  if (issuer !== undefined) text(issuer, 'issuer');
  if (check !== undefined && typeof check !== 'function') {
    throw wrongType(check, 'check', 'a function');
  }
  return { required, tools: tools && list(tools, 'tools').map((name) => text(name, 'tools')) };
}
