// The verdict on one chain.
#ifndef CALLGATE_CORE_TRUST_JUDGE_H_
#define CALLGATE_CORE_TRUST_JUDGE_H_

#include <span>
#include <string_view>

#include "callgate/time.h"
#include "callgate/trust.h"
#include "core/trust/presented_chain.h"
#include "core/trust/snapshot_state.h"

namespace callgate::trust {

// As TrustSnapshot::Verify. `known` as ReadChain.
TrustVerdict Judge(const SnapshotState& state, std::span<const std::string_view> chain, Time now,
                   KnownCertificates* known);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_JUDGE_H_
