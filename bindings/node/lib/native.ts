/** The loader of the addon, and the types of what it exports. Nothing else imports the addon. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import load from 'node-gyp-build';

interface Native {
  readonly version: string;
  canonicalize(text: Uint8Array): Buffer;
}

export const native = load(dirname(dirname(fileURLToPath(import.meta.url)))) as Native;
