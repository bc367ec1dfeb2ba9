// Which capabilities and deny entries of two contexts are versions of one another.
#ifndef CALLGATE_CORE_POLICY_VERSION_PAIRS_H_
#define CALLGATE_CORE_POLICY_VERSION_PAIRS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace callgate::policy {

// Versions of one thing, by their positions.
struct Pair {
  std::optional<std::size_t> before;
  std::optional<std::size_t> after;
};

// Which capabilities are versions of one another: those that say the same, then those with the same
// tool patterns, then those that say the same of other tools. Pairs that say the same are left out.
// The texts are capabilities in canonical form.
std::vector<Pair> PairCapabilities(const std::vector<std::string>& before,
                                   const std::vector<std::string>& after);
// Entries of deny lists that only one of the two has.
std::vector<Pair> PairEntries(const std::vector<std::string>& before,
                              const std::vector<std::string>& after);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VERSION_PAIRS_H_
