/** The loader of the addon, and the types of what it exports. Nothing else imports the addon. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import load from 'node-gyp-build';
import type { CodeName } from './codes.js';
import type { ErrorClassName } from './errors.js';

/** Bytes for the addon: it reads a string as UTF-8, so the string must be well-formed. */
export type Text = string | Uint8Array;

declare const kind: unique symbol;
/** A C++ object of the addon. Only the class that owns it may see it. */
export interface Handle<Kind extends string> {
  readonly [kind]: Kind;
}
export type PublicKeyHandle = Handle<'PublicKey'>;
export type SecretKeyHandle = Handle<'SecretKey'>;

type MakeError = (
  className: ErrorClassName,
  code: number,
  message: string,
  where: string | null,
) => Error;

interface Native {
  readonly version: string;

  codes(): [name: CodeName, code: number, sealCode: number, meaning: string][];
  onError(make: MakeError): void;

  canonicalize(json: Text, room: Uint8Array): number | Uint8Array;

  publicKeyFromBytes(bytes: Uint8Array): PublicKeyHandle;
  publicKeyFromBase64(text: string): PublicKeyHandle;
  publicKeyFromJwk(json: Text): PublicKeyHandle;
  publicKeyFromPem(pem: Text): PublicKeyHandle;
  publicKeyToBytes(key: PublicKeyHandle): Uint8Array;
  publicKeyToBase64(key: PublicKeyHandle): string;
  publicKeyToJwk(key: PublicKeyHandle): string;
  publicKeyToPem(key: PublicKeyHandle): string;
  publicKeyThumbprint(key: PublicKeyHandle): string;
  publicKeyVerify(key: PublicKeyHandle, signature: Uint8Array, message: Text): boolean;
  verifyRaw(publicKey: Uint8Array, signature: Uint8Array, message: Text): boolean;

  secretKeyGenerate(): SecretKeyHandle;
  secretKeyFromBytes(seed: Uint8Array): SecretKeyHandle;
  secretKeyFromJwk(json: Text): SecretKeyHandle;
  secretKeyFromPem(pem: Text): SecretKeyHandle;
  secretKeyToBytes(key: SecretKeyHandle): Uint8Array;
  secretKeyToJwk(key: SecretKeyHandle): string;
  secretKeyToPem(key: SecretKeyHandle): string;
  secretKeyPublicKey(key: SecretKeyHandle): PublicKeyHandle;
  secretKeySign(key: SecretKeyHandle, message: Text): Uint8Array;
  secretKeyClose(key: SecretKeyHandle): void;
}

function loadAddon(): Native {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  try {
    return load(root) as Native;
  } catch (cause) {
    throw new Error(
      `callgate has no addon for ${process.platform}-${process.arch}. Build it from a checkout of ` +
        'callgate, with its C++ dependencies installed: npm ci && npm run build',
      { cause },
    );
  }
}

export const native: Native = loadAddon();
