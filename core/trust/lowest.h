// Of the authorities in one file, those that are meant.
#ifndef CALLGATE_CORE_TRUST_LOWEST_H_
#define CALLGATE_CORE_TRUST_LOWEST_H_

#include <vector>

#include "core/trust/anchor_group.h"

namespace callgate::trust {

// Of each certificate, whether it is one of the lowest: it issued none of the others, by its name
// and by its key. A file with an organization's intermediate authority and the root that it shares
// with others means the intermediate; anchoring the root would trust all the others too.
std::vector<bool> LowestOf(const std::vector<Anchor>& certificates);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_LOWEST_H_
