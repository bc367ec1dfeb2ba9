// Certificates in text (RFC 7468).
#ifndef CALLGATE_CORE_TRUST_PEM_H_
#define CALLGATE_CORE_TRUST_PEM_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/trust.h"

namespace callgate::trust {

// Whether `bytes` begin as a certificate in DER does; such bytes are never text in UTF-8.
[[nodiscard]] bool LooksLikeDer(std::string_view bytes) noexcept;

struct PemCertificates {
  std::vector<std::string> ders;
  // Then `ders` is empty: one bad block refuses the whole text.
  std::optional<TrustReason> refused;
  std::size_t block = 0;  // from 1: the one that is refused, or 0
};

// The CERTIFICATE blocks of `text`, in their order. Lines end with LF or CRLF, a byte order mark of
// UTF-8 may come first, and lines between blocks are ignored unless they hold "-----BEGIN" or
// "-----END". Refuses with kBadPem (a block that is cut off, has headers, or is not canonical
// base64), kPrivateKey, kUnexpectedBlock (of any other label), kNoCertificate.
PemCertificates ReadPem(std::string_view text);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_PEM_H_
