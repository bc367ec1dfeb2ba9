#ifndef CALLGATE_CORE_CRYPTO_JWK_H_
#define CALLGATE_CORE_CRYPTO_JWK_H_

#include <string_view>

#include "callgate/crypto.h"
#include "callgate/json.h"

namespace callgate::crypto {

// True when `jwk` is a key of RFC 8037 for Ed25519 and for `operation` ("sign" or "verify"), by
// kty, crv and, where present, use, alg and key_ops: what a reader of a key set takes up; it passes
// over the others.
[[nodiscard]] bool IsEd25519Jwk(json::Value jwk, std::string_view operation);

// The public key of `jwk`. KEY_REFUSED unless IsEd25519Jwk, for one that holds a private key, and
// as PublicKey::FromBytes.
Result<PublicKey> PublicKeyFromJwk(json::Value jwk);

struct JwkSecret {
  SecretBytes seed;
  PublicKey public_key;  // the `x` that the JWK claims; the caller compares
};

// The private key in the text of a JWK; `d` is kept out of every memory but locked one.
Result<JwkSecret> SecretFromJwk(std::string_view json);

}  // namespace callgate::crypto

#endif  // CALLGATE_CORE_CRYPTO_JWK_H_
