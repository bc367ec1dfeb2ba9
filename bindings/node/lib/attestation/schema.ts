/** Small validators with `parse` and `safeParse`, so that none of a library is needed. */
import { CallgateError } from '../errors.js';

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** Keys and positions down to the value. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A value does not have the form that a schema asks for. */
export class SchemaError extends CallgateError {
  /** All that is wrong, in the order of the schema. */
  readonly issues: readonly SchemaIssue[];

  constructor(issues: readonly SchemaIssue[]) {
    const [first] = issues;
    super(
      first?.message ?? 'is not valid',
      'INVALID_ARGUMENT',
      first === undefined ? null : `/${first.path.join('/')}`,
    );
    this.issues = issues;
  }
}

export type SafeParse<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: SchemaError };

/** Says whether a value has a form, and gives it without members that the form does not have. */
export interface Schema<T> {
  /** @throws SchemaError */
  parse(value: unknown): T;
  safeParse(value: unknown): SafeParse<T>;
}

type Path = readonly (string | number)[];

/** Reads one value, and adds to `issues` what is wrong with it. */
export type Rule<T> = (value: unknown, path: Path, issues: SchemaIssue[]) => T | undefined;

export function schema<T>(rule: Rule<T>): Schema<T> {
  const safeParse = (value: unknown): SafeParse<T> => {
    const issues: SchemaIssue[] = [];
    const data = rule(value, [], issues);
    return issues.length === 0
      ? { success: true, data: data as T }
      : { success: false, error: new SchemaError(issues) };
  };
  return Object.freeze({
    safeParse,
    parse(value: unknown): T {
      const parsed = safeParse(value);
      if (!parsed.success) throw parsed.error;
      return parsed.data;
    },
  });
}

/** The value itself where `holds`. */
export function check<T>(expected: string, holds: (value: unknown) => boolean): Rule<T> {
  return (value, path, issues) => {
    if (holds(value)) return value as T;
    issues.push({ path, message: `must be ${expected}` });
    return undefined;
  };
}

export function oneOf<T extends string>(...values: readonly T[]): Rule<T> {
  return check(values.map((value) => JSON.stringify(value)).join(' or '), (value) =>
    (values as readonly unknown[]).includes(value),
  );
}

export function arrayOf<T>(rule: Rule<T>): Rule<readonly T[]> {
  return (value, path, issues) => {
    if (!Array.isArray(value)) {
      issues.push({ path, message: 'must be an array' });
      return undefined;
    }
    return value.map((each: unknown, at) => rule(each, [...path, at], issues) as T);
  };
}

/** Of a member that may be absent, which null is not. */
export interface Optional<T> {
  readonly rule: Rule<T>;
  readonly absent: T | undefined;
}

export function optional<T>(rule: Rule<T>, absent?: T): Optional<T> {
  return { rule, absent };
}

type Members<T> = { readonly [Key in keyof T]-?: Rule<NonNullable<T[Key]>> | Optional<T[Key]> };

/** An object with these members; others are left out of the result. */
export function objectOf<T extends object>(members: Members<T>): Rule<T> {
  return (value, path, issues) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      issues.push({ path, message: 'must be an object' });
      return undefined;
    }
    const read: Record<string, unknown> = {};
    for (const [key, member] of Object.entries<Rule<unknown> | Optional<unknown>>(members)) {
      const given: unknown = Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined;
      const found = readMember(member, given, [...path, key], issues);
      if (found !== undefined) read[key] = found;
    }
    return read as T;
  };
}

function readMember(
  member: Rule<unknown> | Optional<unknown>,
  given: unknown,
  path: Path,
  issues: SchemaIssue[],
): unknown {
  if (typeof member === 'function') return member(given, path, issues);
  return given === undefined ? member.absent : member.rule(given, path, issues);
}
