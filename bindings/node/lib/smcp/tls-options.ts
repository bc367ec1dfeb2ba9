/** The TLS options of a client. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Address } from './address.js';
import { misconfigured } from './mistakes.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** A PEM file with certificate and key, or one file each. */
export type ClientCertificate =
  string | URL | readonly [certificate: string | URL, key: string | URL];

export interface TlsOptions extends SecureContextOptions {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly rejectUnauthorized: true;
}

/**
 * Verifies certificate and name, always; TLS 1.3 off loopback, 1.2 or later on it.
 *
 * @param caFile - its authorities replace Node's own
 * @throws ConfigurationError
 */
export function tlsOptions(
  address: Address,
  caFile: string | URL | undefined,
  certificate: ClientCertificate | undefined,
): TlsOptions {
  if (!address.tls && (caFile !== undefined || certificate !== undefined)) {
    throw misconfigured('caFile and clientCertificate are for https addresses');
  }
  const options: TlsOptions = {
    minVersion: address.loopback ? 'TLSv1.2' : 'TLSv1.3',
    // Said, because NODE_TLS_REJECT_UNAUTHORIZED of the environment would change the default.
    rejectUnauthorized: true,
    ...(caFile === undefined ? {} : { ca: authorities(caFile) }),
    ...(certificate === undefined ? {} : pair(certificate)),
  };
  if (certificate !== undefined) checkPair(options);
  return options;
}

/** Refuses a certificate without its key here, not at the first connection. */
function checkPair(options: TlsOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    throw misconfigured('clientCertificate cannot be read as certificate and key', cause);
  }
}

/** Checked one by one: Node takes a file without certificates for no authority at all. */
function authorities(file: string | URL): string[] {
  try {
    const found = readFileSync(file, 'utf8').match(CERTIFICATE) ?? [];
    if (found.length === 0) throw new Error('no certificate');
    for (const certificate of found) new X509Certificate(certificate);
    return [...found];
  } catch (cause) {
    throw misconfigured('caFile cannot be read as certificates in PEM', cause);
  }
}

function pair(files: ClientCertificate): { cert: Buffer; key: Buffer } {
  const [certificate, key] =
    typeof files === 'string' || files instanceof URL ? [files, files] : files;
  try {
    return { cert: readFileSync(certificate), key: readFileSync(key) };
  } catch (cause) {
    throw misconfigured('clientCertificate cannot be read as certificate and key', cause);
  }
}
