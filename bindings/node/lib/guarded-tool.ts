/** Functions that are called through a guard, with exactly what was judged. */
import { types } from 'node:util';
import { options, text, wrongType } from './check.js';
import type { GuardDecision, PolicyAllowed } from './decision.js';
import { MAX_RESULT_NODES } from './decision-record.js';
import { GuardError } from './guard-error.js';
import { stringify } from './json-text.js';

/** A subject or the name of a context, or what finds it for a call: given what the tool is given. */
export type Named<A, Rest extends unknown[]> = string | ((args: A, ...rest: Rest) => string);

export interface ToolOptions<A, Rest extends unknown[], R> {
  /** Whose call it is. */
  readonly subject: Named<A, Rest>;
  /** By which SecurityContext it is judged. */
  readonly context: Named<A, Rest>;
  /** What of the result counts against the response limit, a JSON value; the result by default. */
  readonly measure?: (result: Awaited<R>) => unknown;
}

/** Asks a guard about one call. */
type Check = (subject: string, context: string, args: string) => GuardDecision;

/** What `Guard.tool` returns. */
export function guardedTool<A extends object, Rest extends unknown[], R>(
  check: Check,
  given: ToolOptions<A, Rest, R>,
  tool: (args: A, ...rest: Rest) => R,
): (args: A, ...rest: Rest) => R {
  const known = options<ToolOptions<A, Rest, R>>(given, ['subject', 'context', 'measure']);
  const subject = named(known.subject, 'subject');
  const context = named(known.context, 'context');
  if (typeof tool !== 'function') throw wrongType(tool, 'tool', 'a function');
  const { measure } = known;
  if (measure !== undefined && typeof measure !== 'function') {
    throw wrongType(measure, 'measure', 'a function');
  }

  const limit = (decision: PolicyAllowed, result: Awaited<R>): Awaited<R> => {
    if (decision.maxResponseSize === null) return result;
    const measured = measure === undefined ? result : measure(result);
    // A function that returns nothing returns null, as far as JSON goes.
    const json = stringify(measured === undefined ? null : measured, 'result', MAX_RESULT_NODES);
    const judged = decision.checkResponse(json);
    if (!judged.allowed) throw new GuardError(judged);
    return result;
  };
  const call = (args: A, ...rest: Rest): R => {
    const json = stringify(args, 'arguments');
    const judged = frozen(JSON.parse(json) as A);
    const decision = check(subject(judged, ...rest), context(judged, ...rest), json);
    if (!decision.allowed) throw new GuardError(decision);
    const result = tool(judged, ...rest);
    return isThenable(result)
      ? (Promise.resolve(result).then((value) => limit(decision, value)) as R)
      : limit(decision, result as Awaited<R>);
  };
  if (!types.isAsyncFunction(tool)) return call;
  // A denial is a rejection there, as whatever the function throws.
  return (async (args: A, ...rest: Rest) => await call(args, ...rest)) as typeof call;
}

function named<A, Rest extends unknown[]>(
  value: unknown,
  name: string,
): (args: A, ...rest: Rest) => string {
  if (typeof value === 'function') return value as (args: A, ...rest: Rest) => string;
  const fixed = text(value, name);
  return () => fixed;
}

/** The value of a JSON text, whose depth is bounded, with all that is in it frozen. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
