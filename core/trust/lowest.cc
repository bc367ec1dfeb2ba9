#include "core/trust/lowest.h"

#include <cstddef>

namespace callgate::trust {
namespace {

bool Issued(const Certificate& issuer, const Certificate& other) {
  if (issuer.spki_sha256() == other.spki_sha256()) return false;  // itself, perhaps renewed
  return X509_check_issued(issuer.x509(), other.x509()) == X509_V_OK &&
         X509_verify(other.x509(), X509_get0_pubkey(issuer.x509())) == 1;
}

}  // namespace

std::vector<bool> LowestOf(const std::vector<Anchor>& certificates) {
  std::vector<bool> lowest(certificates.size(), true);
  for (std::size_t upper = 0; upper < certificates.size(); ++upper) {
    for (const Anchor& lower : certificates) {
      if (Issued(certificates[upper].certificate, lower.certificate)) lowest[upper] = false;
    }
  }
  return lowest;
}

}  // namespace callgate::trust
