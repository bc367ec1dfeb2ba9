// Certificate: one X.509 certificate, strictly read.
#ifndef CALLGATE_CORE_TRUST_CERTIFICATE_H_
#define CALLGATE_CORE_TRUST_CERTIFICATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/time.h"
#include "core/trust/fields.h"
#include "core/trust/libcrypto.h"

namespace callgate::trust {

// Immutable; libcrypto counts the references to its object atomically.
class Certificate {
 public:
  // nullopt unless `der` is one certificate in DER, to the last byte, whose extensions libcrypto
  // can read, none twice, and whose times are those of RFC 5280, 4.1.2.5. Of version 1 to 3.
  static std::optional<Certificate> Parse(std::string_view der);
  // The same of what ReadFields read.
  static std::optional<Certificate> Parse(std::string_view der, const CertificateFields& fields);

  // Shares the object.
  Certificate(const Certificate& other);
  Certificate& operator=(const Certificate& other);
  Certificate(Certificate&&) noexcept = default;
  Certificate& operator=(Certificate&&) noexcept = default;
  ~Certificate() = default;

  X509* x509() const noexcept { return x509_.get(); }
  Time not_before() const noexcept { return fields_.not_before; }
  Time not_after() const noexcept { return fields_.not_after; }  // trusted before it
  const Sha256Digest& spki_sha256() const noexcept { return fields_.spki_sha256; }
  // Not empty: the key is not written as KeyEncodingFault wants, and so its digest is not the one.
  std::string_view key_fault() const noexcept { return fields_.key_fault; }
  // The subject for people: RFC 2253, at most 256 bytes, nothing that moves a cursor.
  std::string Subject() const;

 private:
  Certificate() = default;

  X509Ptr x509_;
  CertificateFields fields_;
};

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CERTIFICATE_H_
