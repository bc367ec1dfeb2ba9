// Which keys and signatures are strong enough.
#ifndef CALLGATE_CORE_TRUST_KEY_RULES_H_
#define CALLGATE_CORE_TRUST_KEY_RULES_H_

#include "core/trust/libcrypto.h"

namespace callgate::trust {

// RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521 by name (RFC 5480, 2.1.1), or Ed25519.
// Larger RSA keys only cost time.
[[nodiscard]] bool HasStrongKey(const X509* x509);

// At least 112 bits of security (OpenSSL's level 2): not SHA-1, MD5 or an unknown algorithm.
[[nodiscard]] bool HasStrongSignature(X509* x509);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_KEY_RULES_H_
