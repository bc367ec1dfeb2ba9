/** Server-sent events whose messages are changed on their way. */

/** The longest is a listing of tools. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
const END_OF_EVENT = /\r\n\r\n|\n\n|\r\r/;
const END_OF_LINE = /\r\n|\n|\r/;

/** Whether a response with this content type is a stream of events. */
export function isEventStream(contentType: string): boolean {
  return contentType.toLowerCase().startsWith('text/event-stream');
}

/**
 * Cuts a stream into events (HTML, section 9.2) and changes the data of each. What is unchanged
 * goes on as it came, once the event has arrived whole.
 */
export class EventRewriter {
  readonly #change: (data: string) => string;
  #rest = '';

  constructor(change: (data: string) => string) {
    this.#change = change;
  }

  /** What of the stream can go on. @throws Error for an event that is too long */
  feed(chunk: string): string {
    this.#rest += chunk;
    let done = '';
    for (;;) {
      const end = END_OF_EVENT.exec(this.#rest);
      if (end === null) break;
      done += this.#rewrite(this.#rest.slice(0, end.index)) + end[0];
      this.#rest = this.#rest.slice(end.index + end[0].length);
    }
    if (this.#rest.length > MOST_CHARACTERS) throw new Error('a server-sent event is too long');
    return done;
  }

  #rewrite(event: string): string {
    const lines = event.split(END_OF_LINE);
    const data = lines.filter((line) => line.startsWith('data:'));
    if (data.length === 0) return event;
    const before = data.map((line) => line.slice(line[5] === ' ' ? 6 : 5)).join('\n');
    const after = this.#change(before);
    if (after === before) return event;
    const others = lines.filter((line) => !line.startsWith('data:'));
    return [...others, `data: ${after}`].join('\n');
  }
}
