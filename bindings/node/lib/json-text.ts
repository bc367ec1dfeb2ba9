/** JavaScript values as JSON text. */
import { CallgateError } from './errors.js';
import { native } from './native.js';

// The engine takes no deeper and no larger document. Checked here too, because a few shared or
// cyclic references can describe a document of any size.
const { maxJsonDepth, maxJsonNodes } = native.limits();
const MAX_PLACE = 128;

/**
 * JSON text of exactly what a value is. `JSON.stringify` would leave out, convert or replace some
 * values (undefined, NaN, Date, Map, `toJSON`), and what is judged or signed must not differ from
 * what the caller sees.
 *
 * @throws TypeError for what JSON does not have; CallgateError LIMIT_EXCEEDED
 */
export function stringify(value: unknown, name: string, maxNodes: number = maxJsonNodes): string {
  return new Writer(maxNodes).write(value, name, 0);
}

class Writer {
  #nodes = 0;
  readonly #maxNodes: number;

  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
  }

  write(value: unknown, where: string, depth: number): string {
    if (++this.#nodes > this.#maxNodes) throw overLimit(`more than ${this.#maxNodes} values`);
    switch (typeof value) {
      case 'string':
        if (!value.isWellFormed()) throw fault(where, 'holds a lone surrogate');
        return JSON.stringify(value);
      case 'number':
        if (!Number.isFinite(value)) throw fault(where, `is ${value}, not a JSON number`);
        return JSON.stringify(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'object':
        if (value === null) return 'null';
        if (depth === maxJsonDepth) throw overLimit(`nested deeper than ${maxJsonDepth}`);
        return Array.isArray(value)
          ? this.#array(value, where, depth + 1)
          : this.#object(value, where, depth + 1);
      default:
        throw fault(where, `is ${typeof value}, which JSON does not have`);
    }
  }

  #array(value: readonly unknown[], where: string, depth: number): string {
    const parts: string[] = [];
    for (let i = 0; i < value.length; i++) {
      parts.push(this.write(value[i], `${where}/${i}`, depth));
    }
    return `[${parts.join()}]`;
  }

  #object(value: object, where: string, depth: number): string {
    if (!isPlain(value)) throw fault(where, 'is no plain object');
    const parts: string[] = [];
    for (const key of Object.keys(value)) {
      if (!key.isWellFormed()) throw fault(where, 'has a key that holds a lone surrogate');
      const member = this.write(
        (value as Readonly<Record<string, unknown>>)[key],
        `${where}/${key}`,
        depth,
      );
      parts.push(`${JSON.stringify(key)}:${member}`);
      this.#nodes++;
    }
    return `{${parts.join()}}`;
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  // The second covers Object.prototype of another realm (node:vm).
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

// Keys are the caller's, and of any length.
function fault(where: string, what: string): TypeError {
  const place = where.slice(0, MAX_PLACE).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return new TypeError(`${place}${where.length > MAX_PLACE ? '…' : ''} ${what}`);
}

function overLimit(message: string): CallgateError {
  return new CallgateError(message, 'LIMIT_EXCEEDED');
}
