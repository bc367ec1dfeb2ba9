// A certificate authority that lives in a folder, made by the openssl command.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class Authority {
  constructor(folder, name) {
    this.folder = folder;
    this.name = name;
    this.file = this.#path('pem');
    this.key = this.#path('key');
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', this.key);
    const subject = ['-subj', `/CN=${name}`, '-days', '1'];
    openssl('req', '-new', '-x509', '-key', this.key, ...subject, '-out', this.file);
  }

  /** The files of a certificate for an address, or for a name. */
  issue(name, address) {
    const files = [join(this.folder, `${name}.crt`), join(this.folder, `${name}.own.key`)];
    const [request, extensions] = ['csr', 'ext'].map((end) => join(this.folder, `${name}.${end}`));
    const [certificate, key] = files;
    const alternative = address === undefined ? `DNS:${name}` : `IP:${address}`;
    writeFileSync(extensions, `subjectAltName=${alternative}\n`);
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key);
    openssl('req', '-new', '-key', key, '-subj', `/CN=${name}`, '-out', request);
    const signed = ['-CA', this.file, '-CAkey', this.key, '-CAcreateserial', '-days', '1'];
    openssl('x509', '-req', '-in', request, ...signed, '-extfile', extensions, '-out', certificate);
    return files;
  }

  #path(end) {
    return join(this.folder, `${this.name}.${end}`);
  }
}

/** How `node:https` takes the files of a certificate. */
export function serverSettings([certificate, key], more = {}) {
  return { cert: readFileSync(certificate), key: readFileSync(key), ...more };
}

function openssl(...command) {
  execFileSync('openssl', command, { stdio: ['ignore', 'ignore', 'pipe'] });
}
