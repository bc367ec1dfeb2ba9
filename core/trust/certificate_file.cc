#include "core/trust/certificate_file.h"

#include <string>
#include <utility>

#include "core/trust/pem.h"

namespace callgate::trust {
namespace {

CertificateFile Refuse(TrustReason reason, std::size_t certificate) {
  return {{}, reason, certificate};
}

}  // namespace

CertificateFile ReadCertificateFile(std::string_view file, const KnownAnchors& known) {
  if (file.size() > kMaxAnchorFileBytes) return Refuse(TrustReason::kTooLarge, 0);
  PemCertificates pem;
  std::vector<std::string_view> ders;
  if (LooksLikeDer(file)) {
    ders.push_back(file);
  } else {
    pem = ReadPem(file);
    if (pem.refused) return Refuse(*pem.refused, pem.block);
    ders.assign(pem.ders.begin(), pem.ders.end());
  }
  if (ders.size() > kMaxAnchorsOfEntity) return Refuse(TrustReason::kTooManyAnchors, 0);
  CertificateFile read;
  for (const std::string_view der : ders) {
    const std::size_t place = read.certificates.size() + 1;
    if (der.size() > kMaxAnchorBytes) return Refuse(TrustReason::kTooLarge, place);
    const Sha256Digest digest = Sha256(der);
    if (const auto found = known.find(digest); found != known.end()) {
      read.certificates.push_back({*found->second, digest});
      continue;
    }
    std::optional<Certificate> certificate = Certificate::Parse(der);
    if (!certificate) return Refuse(TrustReason::kBadCertificate, place);
    read.certificates.push_back({std::move(*certificate), digest});
  }
  return read;
}

}  // namespace callgate::trust
