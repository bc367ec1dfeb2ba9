#ifndef CALLGATE_CORE_CRYPTO_PEM_H_
#define CALLGATE_CORE_CRYPTO_PEM_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "callgate/crypto.h"

namespace callgate::crypto {

// For Ed25519, RFC 8410 leaves no choice in the DER: each structure is a fixed prefix and the 32
// bytes of the key. So a key is recognized by comparing bytes, and no ASN.1 parser is needed.
enum class PemKind {
  kPublic,   // SubjectPublicKeyInfo, "PUBLIC KEY"
  kPrivate,  // PKCS#8 v1 without attributes, "PRIVATE KEY"
};

// The 32 bytes of the key in `pem`: exactly one block of RFC 7468, its base64 on one line of at
// most 64 characters, lines ended by LF or by CRLF throughout, the last end optional. nullopt for
// everything else.
std::optional<SecretBytes> DecodePem(std::string_view pem, PemKind kind);

// The block with LF line ends and a final one. REQUIRES: key.size() == 32.
SecretBytes EncodePem(std::string_view key, PemKind kind);

}  // namespace callgate::crypto

#endif  // CALLGATE_CORE_CRYPTO_PEM_H_
