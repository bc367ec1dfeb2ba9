// The chain that a client presented, read.
#ifndef CALLGATE_CORE_TRUST_PRESENTED_CHAIN_H_
#define CALLGATE_CORE_TRUST_PRESENTED_CHAIN_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "callgate/trust.h"
#include "core/trust/certificate.h"
#include "core/trust/digest_set.h"
#include "core/trust/fields.h"

namespace callgate::trust {

// A certificate's place in a chain, for verdicts.
struct Place {
  TrustPlace kind = TrustPlace::kNone;
  std::size_t intermediate = 0;  // from 1
};

// Of the certificate at `index` of the presented chain.
constexpr Place PlaceOf(std::size_t index) noexcept {
  return index == 0 ? Place{TrustPlace::kLeaf, 0} : Place{TrustPlace::kIntermediate, index};
}

struct PresentedChain {
  std::vector<Certificate> certificates;  // leaf first; what follows it is in no order
  std::optional<Sha256Digest> leaf_sha256;
  // Why it cannot be judged; then only `leaf_sha256` means something.
  std::optional<TrustReason> refused;
  Place place;
  std::string_view detail;  // a constant

  const Certificate& leaf() const { return certificates.front(); }
};

// Certificates above leaves that were read before: chains of one authority have them in common.
// Not shared by threads.
class KnownCertificates {
 public:
  // The certificate that `der` is, read once; nullopt where Certificate::Parse says so. REQUIRES:
  // the bytes stay where they are for as long as this lives.
  std::optional<Certificate> Read(std::string_view der, const CertificateFields& fields);

 private:
  std::unordered_map<std::string_view, Certificate> read_;
};

// As TakeApart; then refuses what is no strict DER with kMalformed, a certificate whose key is
// among `revoked` with kRevoked, and what libcrypto cannot read with kMalformed, in this order: a
// revoked key costs little. `known` may be nullptr; it remembers what the chain holds in DER.
PresentedChain ReadChain(std::span<const std::string_view> chain, const DigestSet& revoked,
                         KnownCertificates* known);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_PRESENTED_CHAIN_H_
