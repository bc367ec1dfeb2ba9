/** What `console.log` and `util.inspect` show of an object whose fields are private. */
import { inspect, type InspectOptions } from 'node:util';

/** Lets instances print as `Name { … }`, with the members that `describe` gives. */
export function printAs<T extends object>(
  prototype: T,
  name: string,
  describe: (value: T) => Readonly<Record<string, unknown>>,
): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: T, _depth: number, options: InspectOptions): string {
      // The prototype itself is printed too, by tools that list a module.
      if (this === prototype) return `${name} {}`;
      return `${name} ${inspect(describe(this), options)}`;
    },
  });
}
