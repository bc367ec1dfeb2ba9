// Certificate: one X.509 certificate, strictly read.
#ifndef CALLGATE_CORE_TRUST_CERTIFICATE_H_
#define CALLGATE_CORE_TRUST_CERTIFICATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/time.h"
#include "core/trust/libcrypto.h"

namespace callgate::trust {

// Immutable; libcrypto counts the references to its object atomically.
class Certificate {
 public:
  // nullopt unless `der` is one certificate in DER, to the last byte, whose extensions libcrypto
  // can read, none twice, and whose times are those of RFC 5280, 4.1.2.5. Of version 1 to 3.
  static std::optional<Certificate> Parse(std::string_view der);

  X509* x509() const noexcept { return x509_.get(); }
  Time not_before() const noexcept { return not_before_; }
  Time not_after() const noexcept { return not_after_; }  // trusted before it
  const Sha256Digest& spki_sha256() const noexcept { return spki_sha256_; }
  // The subject for people: RFC 2253, at most 256 bytes, nothing that moves a cursor.
  std::string Subject() const;

 private:
  Certificate() = default;

  X509Ptr x509_;
  Time not_before_;
  Time not_after_;
  Sha256Digest spki_sha256_{};
};

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CERTIFICATE_H_
