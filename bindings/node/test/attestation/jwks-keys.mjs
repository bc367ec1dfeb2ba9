// Keys as issuers publish them.
export function publicJwkOf({ kid, publicKey }) {
  return { ...publicKey.toJwk(), kid, use: 'sig', alg: 'EdDSA' };
}
