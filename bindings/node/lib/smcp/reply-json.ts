/**
 * The JSON of replies. A tool answers with any JSON, so that their bytes are all that bounds it:
 * nesting and numbers of elements do not, and of a key that a tool wrote twice the last counts.
 */
import { isUtf8 } from 'node:buffer';
import { isObject, type JsonObject } from '../json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The object that a reply is, as `JSON.parse` reads it, which does not recurse; null for what is no
 * JSON object in UTF-8, and where the reply, or the payload in it, has a member twice: readers
 * would disagree about which one is meant.
 */
export function parseReply(body: Uint8Array): JsonObject | null {
  if (!isUtf8(body)) return null;
  let text: string;
  let reply: unknown;
  try {
    text = Buffer.from(body.buffer, body.byteOffset, body.length).toString();
    reply = JSON.parse(text);
  } catch {
    return null; // the cause would quote the text, which may hold a token
  }
  if (!isObject(reply)) return null;
  const members = membersOf(text, text.indexOf('{'));
  if (members === null) return null;
  const payload = members.get('payload');
  if (payload !== undefined && text[payload] === '{' && membersOf(text, payload) === null) {
    return null;
  }
  return reply;
}

/**
 * The keys of the object that begins at `start` of a text that is JSON, and where their values
 * begin; null if a key is there twice.
 */
function membersOf(text: string, start: number): Map<string, number> | null {
  const members = new Map<string, number>();
  let depth = 0;
  for (let at = start; ; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth === 0) return members;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        const colon = pastSpace(text, end + 1);
        if (depth === 1 && text[colon] === ':') {
          const key = stringOf(text.slice(at, end + 1));
          if (members.has(key)) return null;
          members.set(key, pastSpace(text, colon + 1));
        }
        at = end;
        break;
      }
    }
  }
}

/** Where the quote is that ends the string which begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; ; end++) {
    const unit = text.charCodeAt(end);
    if (unit === QUOTE) return end;
    if (unit === BACKSLASH) end++;
  }
}

/** Of its JSON text. */
function stringOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function pastSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}
