// The one way in which a public key may be written.
#ifndef CALLGATE_CORE_TRUST_KEY_ENCODING_H_
#define CALLGATE_CORE_TRUST_KEY_ENCODING_H_

#include <string_view>

namespace callgate::trust {

// What keeps a SubjectPublicKeyInfo from being the canonical one of its key, a constant; empty
// where it is. Keys are told apart by the digest of these bytes, and libcrypto reads several
// encodings of one key, so that a revoked key would return under another digest. Canonical are: RSA
// as rsaEncryption with NULL (RFC 3279, 2.3.1), not as RSASSA-PSS; EC with a named curve and an
// uncompressed point (RFC 5480, 2.1.1 and 2.2); Ed25519 without parameters (RFC 8410, 3). Empty for
// other algorithms too: HasStrongKey refuses them. REQUIRES: IsStrictDer(spki).
[[nodiscard]] std::string_view KeyEncodingFault(std::string_view spki) noexcept;

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_KEY_ENCODING_H_
