// The fields of a certificate that are read without libcrypto.
#ifndef CALLGATE_CORE_TRUST_FIELDS_H_
#define CALLGATE_CORE_TRUST_FIELDS_H_

#include <optional>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/time.h"

namespace callgate::trust {

struct CertificateFields {
  Sha256Digest spki_sha256{};  // of SubjectPublicKeyInfo, the whole element
  Time not_before;
  Time not_after;
  std::string_view key_fault;  // of KeyEncodingFault: a constant, empty where there is none
};

// RFC 5280, 4.1. nullopt unless IsStrictDer(der), where a field is missing, and where a time is not
// written as 4.1.2.5 says: Zulu, with seconds. Costs a few microseconds, and so comes before what
// libcrypto reads.
std::optional<CertificateFields> ReadFields(std::string_view der) noexcept;

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_FIELDS_H_
