// The chain that a client presented, read.
#ifndef CALLGATE_CORE_TRUST_PRESENTED_CHAIN_H_
#define CALLGATE_CORE_TRUST_PRESENTED_CHAIN_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "callgate/trust.h"
#include "core/trust/certificate.h"

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

// Counts and sizes are checked before anything is decoded, and all is decoded before any
// cryptography. Refuses with kNoChain, kChainTooLong or kMalformed.
PresentedChain ReadChain(std::span<const std::string_view> chain);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_PRESENTED_CHAIN_H_
