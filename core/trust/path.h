// A path from the leaf to an anchor of one group (RFC 5280, section 6), by libcrypto.
#ifndef CALLGATE_CORE_TRUST_PATH_H_
#define CALLGATE_CORE_TRUST_PATH_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "callgate/trust.h"
#include "core/trust/anchor_group.h"
#include "core/trust/presented_chain.h"

namespace callgate::trust {

struct Path {
  const Anchor* anchor = nullptr;         // nullptr: there is none, or one that breaks a rule
  std::vector<Sha256Digest> spki_sha256;  // leaf first, anchor last
  Time valid_until;                       // the earliest notAfter

  // Where there is no anchor.
  TrustReason reason = TrustReason::kUntrusted;
  Place place;
  std::string_view detail;  // a constant
};

// Looks for a path that ends in an anchor of `group.stores()[store]`, over presented certificates
// in any order. Where several of them have one subject, as cross-certificates have, up to 8 choices
// among them are tried. REQUIRES: the leaf passed JudgeLeaf.
Path FindPath(const AnchorGroup& group, std::size_t store, const PresentedChain& chain,
              const TrustOptions& options, Time now);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_PATH_H_
