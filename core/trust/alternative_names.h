// What the subjectAltName of a certificate (RFC 5280, 4.2.1.6) says that matters here.
#ifndef CALLGATE_CORE_TRUST_ALTERNATIVE_NAMES_H_
#define CALLGATE_CORE_TRUST_ALTERNATIVE_NAMES_H_

#include <cstddef>
#include <string>

#include "core/trust/libcrypto.h"

namespace callgate::trust {

struct AlternativeNames {
  bool readable = true;  // or absent
  bool has_nul = false;  // in a DNS name, an address of mail or a URI: compared by bytes
  bool is_ascii = true;  // those of DNS names, mail addresses and URIs
  std::size_t uris = 0;
  std::size_t spiffe_uris = 0;  // those whose scheme is spiffe, in any case
  std::string spiffe_uri;       // the last of them
};

AlternativeNames ReadAlternativeNames(const X509* x509);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_ALTERNATIVE_NAMES_H_
