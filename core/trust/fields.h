// The fields of a certificate that are read without libcrypto.
#ifndef CALLGATE_CORE_TRUST_FIELDS_H_
#define CALLGATE_CORE_TRUST_FIELDS_H_

#include <optional>
#include <string_view>

#include "callgate/time.h"

namespace callgate::trust {

struct CertificateFields {
  std::string_view spki;  // SubjectPublicKeyInfo, the whole element
  Time not_before;
  Time not_after;
};

// RFC 5280, 4.1, of what IsStrictDer passed. nullopt where a field is missing, and where a time is
// not written as 4.1.2.5 says: Zulu, with seconds, UTCTime before 2050.
std::optional<CertificateFields> ReadFields(std::string_view der) noexcept;

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_FIELDS_H_
