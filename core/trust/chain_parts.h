// The certificates of a chain, apart and not yet read.
#ifndef CALLGATE_CORE_TRUST_CHAIN_PARTS_H_
#define CALLGATE_CORE_TRUST_CHAIN_PARTS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/trust.h"

namespace callgate::trust {

struct ChainParts {
  std::vector<std::string_view> ders;  // leaf first
  std::vector<std::string> decoded;    // of PEM: what some of `ders` show

  // Why it cannot be read; then `ders` means nothing.
  std::optional<TrustReason> refused;
  std::size_t part = 0;     // from 0, the one that is meant; only with kMalformed
  std::string_view detail;  // a constant
};

// Counts and sizes are checked before anything is decoded. Refuses with kNoChain, kChainTooLong
// and, for bad PEM, kMalformed.
ChainParts TakeApart(std::span<const std::string_view> chain);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CHAIN_PARTS_H_
