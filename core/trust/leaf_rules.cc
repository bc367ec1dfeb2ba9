#include "core/trust/leaf_rules.h"

#include "core/base/spiffe_id.h"
#include "core/trust/alternative_names.h"
#include "core/trust/key_rules.h"

namespace callgate::trust {
namespace {

constexpr long kVersion3 = 2;

LeafFinding Refuse(TrustReason reason, std::string_view detail) { return {reason, detail, {}}; }

bool IsSelfSigned(X509* x509) {
  // Names first: they differ nearly always, and the signature costs time.
  return X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0 &&
         X509_verify(x509, X509_get0_pubkey(x509)) == 1;
}

// By basicConstraints, or by nsCertType, by which libcrypto takes a certificate without
// basicConstraints as an authority.
bool IsAuthority(const X509* x509, std::uint32_t flags) {
  if ((flags & EXFLAG_CA) != 0) return true;
  if ((flags & EXFLAG_NSCERT) == 0) return false;
  const BitStringPtr type(static_cast<ASN1_BIT_STRING*>(
      X509_get_ext_d2i(x509, NID_netscape_cert_type, nullptr, nullptr)));
  if (!type || ASN1_STRING_length(type.get()) == 0) return false;
  return (*ASN1_STRING_get0_data(type.get()) & NS_ANY_CA) != 0;
}

std::string_view KeyUsageFault(X509* x509) {
  if ((X509_get_extension_flags(x509) & EXFLAG_KUSAGE) == 0) return {};
  const std::uint32_t usage = X509_get_key_usage(x509);
  if ((usage & KU_KEY_CERT_SIGN) != 0) return "keyUsage has keyCertSign";
  if ((usage & KU_CRL_SIGN) != 0) return "keyUsage has cRLSign";
  if ((usage & KU_DIGITAL_SIGNATURE) == 0) return "keyUsage lacks digitalSignature";
  return {};
}

std::string_view ExtendedKeyUsageFault(X509* x509, const TrustOptions& options) {
  if ((X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) == 0) {
    return options.require_eku ? "there is no extendedKeyUsage" : std::string_view();
  }
  const std::uint32_t usage = X509_get_extended_key_usage(x509);
  if ((usage & XKU_SSL_CLIENT) != 0) return {};
  if ((usage & XKU_ANYEKU) == 0) return "extendedKeyUsage lacks clientAuth";
  return options.accept_any_eku ? std::string_view()
                                : "extendedKeyUsage has anyExtendedKeyUsage without clientAuth";
}

// RFC 5280, 4.2.1.6: names are IA5String. Of an internationalized name that is its A-label.
LeafFinding NotAscii() { return Refuse(TrustReason::kBadName, "a name is not ASCII"); }

LeafFinding JudgeNames(const Certificate& leaf) {
  const AlternativeNames found = ReadAlternativeNames(leaf.x509());
  if (!found.readable) return Refuse(TrustReason::kMalformed, "subjectAltName cannot be read");
  if (found.has_nul) return Refuse(TrustReason::kBadName, "a name holds a NUL");
  if (found.spiffe_uris == 0) return found.is_ascii ? LeafFinding{} : NotAscii();
  if (found.uris > 1) return Refuse(TrustReason::kBadSpiffeId, "there are several URIs");
  const std::optional<base::SpiffeId> id = base::ParseSpiffeId(found.spiffe_uri);
  if (!id) return Refuse(TrustReason::kBadSpiffeId, "the URI is no SPIFFE ID of a workload");
  if (!found.is_ascii) return NotAscii();
  return {std::nullopt, {}, {std::string(id->text), std::string(id->trust_domain)}};
}

}  // namespace

LeafFinding JudgeLeaf(const Certificate& leaf, const TrustOptions& options, Time now) {
  X509* const x509 = leaf.x509();
  if (X509_get_version(x509) != kVersion3) return Refuse(TrustReason::kNotVersion3, {});
  if (IsAuthority(x509, X509_get_extension_flags(x509))) return Refuse(TrustReason::kCaLeaf, {});
  if (IsSelfSigned(x509)) return Refuse(TrustReason::kSelfSigned, {});
  if (const std::string_view fault = KeyUsageFault(x509); !fault.empty()) {
    return Refuse(TrustReason::kWrongKeyUsage, fault);
  }
  if (const std::string_view fault = ExtendedKeyUsageFault(x509, options); !fault.empty()) {
    return Refuse(TrustReason::kWrongEku, fault);
  }
  if (!HasStrongKey(x509)) return Refuse(TrustReason::kWeakKey, {});
  if (!HasStrongSignature(x509)) return Refuse(TrustReason::kWeakSignature, {});
  LeafFinding finding = JudgeNames(leaf);
  if (finding.refused) return finding;
  if (now >= leaf.not_after()) return Refuse(TrustReason::kExpired, {});
  if (now + options.not_before_skew < leaf.not_before()) {
    return Refuse(TrustReason::kNotYetValid, {});
  }
  return finding;
}

bool HasUsagesOfSvid(const Certificate& leaf) {
  X509* const x509 = leaf.x509();
  if ((X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) == 0) return true;
  constexpr std::uint32_t kBoth = XKU_SSL_CLIENT | XKU_SSL_SERVER;
  return (X509_get_extended_key_usage(x509) & kBoth) == kBoth;
}

}  // namespace callgate::trust
