/** Where a gateway is: https, http on loopback, or a unix socket. */
import { isIP } from 'node:net';
import { isLoopback } from '../loopback.js';
import type { ConfigurationError } from './errors.js';
import { misconfigured } from './mistakes.js';

// Only what every parser of URLs reads alike: no userinfo, backslash, white space, query, fragment.
const URL_FORM =
  /^(https?):\/\/(?:([A-Za-z0-9._-]+)|\[([0-9A-Fa-f:.]+)\])(?::([0-9]{1,5}))?((?:\/[A-Za-z0-9._~-]*)*)$/;
// What a socket's address has room for is 108 bytes or less, with the zero at its end. Some systems
// cut longer paths off, and another socket may be there.
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

export interface Address {
  /** As it was given, without a slash at its end. */
  readonly url: string;
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** Of a unix socket. */
  readonly socketPath: string | undefined;
  /** What stands before every path. */
  readonly prefix: string;
  readonly loopback: boolean;
}

/**
 * Of `https://host[:port][/prefix]`, `http://` the same on loopback, or `unix:/path`.
 *
 * @throws ConfigurationError
 */
export function parseAddress(given: unknown): Address {
  if (typeof given !== 'string') throw refused('must be a string');
  const url = given.replace(/\/+$/, '');
  if (url.startsWith('unix:')) return socketAddress(url);
  const [, scheme, name, address, port, prefix = ''] = URL_FORM.exec(url) ?? [];
  const host = name ?? address;
  if (host === undefined || (address !== undefined && isIP(address) !== 6)) {
    throw refused('must be https://host[:port], http:// on loopback, or unix:/path');
  }
  const tls = scheme === 'https';
  const number = Number(port ?? (tls ? 443 : 80));
  if (number < 1 || number > 65535) throw refused('has a port that does not exist');
  const near = isLoopback(host);
  if (!tls && !near) throw refused('must be https: plain http is for loopback addresses only');
  return { url, tls, host, port: number, socketPath: undefined, prefix, loopback: near };
}

function socketAddress(url: string): Address {
  const path = url.slice('unix:'.length).replace(/^\/\/(?=\/)/, ''); // unix:///path
  if (!/^\/(?!\/)/.test(path) || path.includes('\0')) {
    throw refused('must name an absolute path after unix:');
  }
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH || !path.isWellFormed()) {
    throw refused(
      `has a socket path of more than ${LONGEST_SOCKET_PATH} bytes, or no Unicode text`,
    );
  }
  const where = { host: 'localhost', port: 80, socketPath: path, prefix: '' };
  return { url, tls: false, loopback: true, ...where };
}

function refused(why: string): ConfigurationError {
  return misconfigured(`gatewayUrl ${why}`);
}
