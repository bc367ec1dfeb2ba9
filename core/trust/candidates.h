// Which anchors a chain could lead to.
#ifndef CALLGATE_CORE_TRUST_CANDIDATES_H_
#define CALLGATE_CORE_TRUST_CANDIDATES_H_

#include <vector>

#include "core/trust/presented_chain.h"
#include "core/trust/snapshot_state.h"

namespace callgate::trust {

// The stores of entities that have an anchor whose subject is the issuer of a presented
// certificate, in the order of the sources; a few others may be among them. A name only
// preselects: what counts are signatures. `failed`: there was no memory.
std::vector<StoreOfGroup> CandidatesFor(const SnapshotState& state, const PresentedChain& chain,
                                        bool& failed);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CANDIDATES_H_
