#include "core/trust/anchor_rules.h"

#include "core/trust/key_rules.h"

namespace callgate::trust {

std::optional<TrustReason> RefuseAnchor(const Certificate& certificate) {
  X509* const x509 = certificate.x509();
  const bool is_ca = (X509_get_extension_flags(x509) & EXFLAG_CA) != 0;
  // All bits are set where there is no keyUsage.
  if (!is_ca || (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN) == 0) {
    return TrustReason::kAnchorNotCa;
  }
  if (!certificate.key_fault().empty()) return TrustReason::kAnchorKeyEncoding;
  if (!HasStrongKey(x509)) return TrustReason::kAnchorWeakKey;
  // The signature of a self-signed anchor proves nothing and is not relied on.
  const bool self_signed = X509_self_signed(x509, 0) == 1;
  if (!self_signed && !HasStrongSignature(x509)) return TrustReason::kAnchorWeakSignature;
  return std::nullopt;
}

}  // namespace callgate::trust
