/** The text format of Prometheus. */

/** How often something was done, and how long it took in all. */
export interface Duration {
  count: number;
  milliseconds: number;
}

export class MetricsText {
  readonly #prefix: string;
  readonly #lines: string[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  counter(name: string, help: string, value: number): void {
    this.#family(name, help, 'counter');
    this.#lines.push(`${this.#prefix}${name} ${value}`);
  }

  gauge(name: string, help: string, value: number): void {
    this.#family(name, help, 'gauge');
    this.#lines.push(`${this.#prefix}${name} ${value}`);
  }

  labelled(name: string, help: string, label: string, values: ReadonlyMap<string, number>): void {
    this.#family(name, help, 'counter');
    for (const [value, count] of values) {
      this.#lines.push(`${this.#prefix}${name}{${label}="${escaped(value)}"} ${count}`);
    }
  }

  /** In milliseconds, as other packages name it, and in seconds. */
  duration(name: string, help: string, { count, milliseconds }: Duration): void {
    this.gauge(`${name}_ms_sum`, `${help}, milliseconds`, milliseconds);
    this.gauge(`${name}_ms_count`, `${help}, how often`, count);
    this.gauge(`${name}_ms_avg`, `${help}, mean`, count === 0 ? 0 : milliseconds / count);
    this.#family(`${name}_seconds`, `${help}, seconds`, 'summary');
    this.#lines.push(`${this.#prefix}${name}_seconds_sum ${milliseconds / 1000}`);
    this.#lines.push(`${this.#prefix}${name}_seconds_count ${count}`);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #family(name: string, help: string, type: string): void {
    this.#lines.push(`# HELP ${this.#prefix}${name} ${help}`);
    this.#lines.push(`# TYPE ${this.#prefix}${name} ${type}`);
  }
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
